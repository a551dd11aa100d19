// The gallery of a style: what was chosen of it is asked for, and shown as far as it is in sight.
import { choose } from "./cards.js";
import { dress, restart } from "./keys.js";
import { begin } from "./rows.js";
import { forgetPlaces, mark, pickNone } from "./selection.js";
import { toast } from "./toasts.js";

const PAUSE_MS = 250;

const cards = document.getElementById("cards");
const form = document.getElementById("filters");
let last = null;
let timer = 0;

function chosen() {
  return new URLSearchParams(new FormData(form));
}

// All but the order.
function filters(query) {
  const rest = new URLSearchParams(query);
  rest.delete("order");
  return rest.toString();
}

function shown() {
  mark();
  dress();
}

async function load({ isLook = false, isSame = false } = {}) {
  const query = chosen();
  cards.ariaBusy = "true";
  let found;
  try {
    found = await choose(query, isLook);
  } catch (error) {
    // A later choice has taken its place.
    if (error.name === "AbortError") return;
    toast(error.message, "error");
    if (!cards.querySelector(".cards")) cards.textContent = error.message;
    cards.ariaBusy = "false";
    return;
  }
  cards.ariaBusy = "false";
  const isOther = last !== null && filters(query) !== filters(last);
  last = query;
  forgetPlaces();
  if (isOther) pickNone();
  if (!isSame) restart();
  const { scrollX, scrollY } = window;
  const hadFocus = cards.contains(document.activeElement);
  cards.replaceChildren(...found.childNodes);
  const list = cards.querySelector(".cards");
  begin(list, shown);
  // The list was short for a moment: back to where the person was.
  scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  const above = cards.getBoundingClientRect().top;
  if (!isSame && above < 0) scrollBy({ top: above - form.offsetHeight, behavior: "instant" });
  if (hadFocus) list.focus({ preventScroll: true });
}

// After a run: the same choice of what is there now.
export function lookAgain() {
  pickNone();
  load({ isLook: true, isSame: true });
}

function changed() {
  clearTimeout(timer);
  if (chosen().toString() !== last?.toString()) load();
}

if (cards) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(changed, PAUSE_MS);
  });
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  cards.addEventListener("outdated", () => load({ isSame: true }));
  load({ isLook: true });
}
