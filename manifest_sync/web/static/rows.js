// Of all cards those near the screen are elements of the page; the others are space of their height.
import { card, count, isHere, need } from "./cards.js";

// Rows above and below the screen that are elements, too.
const NEAR = 3;
// Between two times that pages are asked for: nobody sees all that flies by.
const PAUSE_MS = 60;

const actions = document.getElementById("sync");
let list = null;
let sample = null;
let columns = 1;
let pitch = 1;
let afterwards = () => {};
// The place that is first on the screen; 0 while the list does not reach its top.
let uppermost = 0;
// The places that are to be here: what is shown, and a screen above and below it.
let near = [0, 0];
let isWaiting = false;

export function placeOf(one) {
  return one.ariaPosInSet - 1;
}

export function perRow() {
  return columns;
}

export function perScreen() {
  return columns * Math.max(1, Math.floor(innerHeight / pitch) - 1);
}

// Show the chosen cards in a list; `done` is called whenever other ones came into it.
export function begin(into, done) {
  list = into;
  afterwards = done;
  sample = card(0);
  watcher.disconnect();
  if (!sample) return;
  measure();
  render();
  watcher.observe(list);
}

// All rows are as high as the first card, so that any row's place is known without looking at it.
function measure() {
  const isGuest = !sample.isConnected;
  if (isGuest) list.prepend(sample);
  list.style.gridAutoRows = "auto";
  const height = Math.ceil(sample.getBoundingClientRect().height);
  const style = getComputedStyle(list);
  columns = style.gridTemplateColumns.split(" ").length;
  pitch = height + Number.parseFloat(style.rowGap);
  list.style.gridAutoRows = `${height}px`;
  if (isGuest) sample.remove();
}

// What is below the buttons that stick to the top of the screen.
function ceiling() {
  return actions.getBoundingClientRect().height;
}

// What is on top of the screen stays there when the columns become others.
const watcher = new ResizeObserver(() => {
  const [place, before] = [uppermost, columns];
  measure();
  render();
  if (place === 0 || columns === before) return;
  const top = list.getBoundingClientRect().top + Math.floor(place / columns) * pitch;
  scrollBy({ top: top - ceiling(), behavior: "instant" });
  render();
});

function blank(place) {
  const made = document.createElement("li");
  made.className = "blank";
  made.ariaBusy = "true";
  made.ariaSetSize = count;
  made.ariaPosInSet = place + 1;
  return made;
}

// An image that goes out of sight before it came is not worth waiting for.
function pause(gone) {
  const image = gone.querySelector("img");
  if (!image || image.complete) return;
  image.dataset.src = image.getAttribute("src");
  image.removeAttribute("src");
}

function resume(come) {
  const image = come.querySelector("img[data-src]");
  if (!image) return;
  image.src = image.dataset.src;
  delete image.dataset.src;
}

function put(wanted) {
  const now = list.children;
  if (now.length === wanted.length && wanted.every((each, at) => each === now[at])) return;
  const hadFocus = list.contains(document.activeElement);
  const staying = new Set(wanted);
  for (const each of [...list.children]) {
    if (staying.has(each)) continue;
    each.remove();
    pause(each);
  }
  let at = list.firstElementChild;
  for (const each of wanted) {
    if (each === at) {
      at = at.nextElementSibling;
      continue;
    }
    resume(each);
    list.insertBefore(each, at);
  }
  // The focus stays in the list when its card goes out of sight.
  if (hadFocus && !list.contains(document.activeElement)) list.focus({ preventScroll: true });
  afterwards();
}

export function render() {
  if (!list?.isConnected || !sample) return;
  const above = -list.getBoundingClientRect().top;
  const rows = Math.ceil(count / columns);
  uppermost = above > 0 ? Math.ceil((above + ceiling()) / pitch) * columns : 0;
  const first = Math.max(0, Math.min(Math.floor(above / pitch) - NEAR, rows - 1));
  const end = Math.max(first + 1, Math.min(Math.ceil((above + innerHeight) / pitch) + NEAR, rows));
  list.style.paddingTop = `${first * pitch}px`;
  list.style.paddingBottom = `${(rows - end) * pitch}px`;
  const [from, to] = [first * columns, Math.min(end * columns, count)];
  const blanks = new Map([...list.querySelectorAll(".blank")].map((each) => [placeOf(each), each]));
  const wanted = [];
  for (let place = from; place < to; place += 1) {
    wanted.push(card(place) ?? blanks.get(place) ?? blank(place));
  }
  put(wanted);
  near = [Math.max(0, from - perScreen()), Math.min(to + perScreen(), count)];
  if (isWaiting || isHere(...near)) return;
  isWaiting = true;
  setTimeout(async () => {
    isWaiting = false;
    await need(...near);
    fill();
  }, PAUSE_MS);
}

// Put cards that have come in the place of blank ones.
function fill() {
  for (const each of [...list.querySelectorAll(".blank")]) {
    const come = card(placeOf(each));
    if (!come) continue;
    resume(come);
    each.replaceWith(come);
  }
  afterwards();
}

// Bring a place onto the screen, below what sticks to its top, and give its card.
export async function reveal(place) {
  const top = list.getBoundingClientRect().top + Math.floor(place / columns) * pitch;
  if (top < ceiling()) scrollBy({ top: top - ceiling(), behavior: "instant" });
  else if (top + pitch > innerHeight) {
    scrollBy({ top: top + pitch - innerHeight, behavior: "instant" });
  }
  render();
  await need(place, place + 1);
  fill();
  return card(place);
}

let isAsked = false;
addEventListener("scroll", () => {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    render();
  });
}, { passive: true });
