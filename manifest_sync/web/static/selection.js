// Which images are selected: by name, whether their cards are here or not.
import { card, count, names, namesHere } from "./cards.js";
import { toast } from "./toasts.js";

const cards = document.getElementById("cards");
const selected = document.getElementById("selected");
const none = document.getElementById("pick-none");
const picked = new Set();
// The place from which shift selects a stretch.
let anchor = null;

export function hasPicked() {
  return picked.size > 0;
}

// Make the boxes of the cards that are here tell the truth.
export function mark() {
  for (const box of cards.querySelectorAll(".pick")) {
    box.checked = picked.has(box.closest(".card").dataset.path);
  }
}

function tell() {
  mark();
  selected.textContent = picked.size ? `${picked.size.toLocaleString("en")} selected` : "";
  none.hidden = picked.size === 0;
  document.dispatchEvent(new CustomEvent("selected"));
}

function set(paths, isOn) {
  for (const path of paths) {
    if (isOn) picked.add(path);
    else picked.delete(path);
  }
  tell();
}

async function setBetween(first, end, isOn) {
  const here = namesHere(first, end);
  if (here) return set(here, isOn);
  try {
    const wanted = await names(first, end);
    if (!wanted) toast("The images have changed meanwhile; please select again.", "error");
    set(wanted ?? [], isOn);
  } catch (error) {
    tell();
    toast(error.message, "error");
  }
}

// Select a place or take it out; with `isStretch` all places since the last one, too.
export function pick(place, isOn, isStretch) {
  const from = isStretch && anchor !== null ? anchor : place;
  anchor = place;
  setBetween(Math.min(from, place), Math.max(from, place) + 1, isOn);
}

export function toggle(place, isStretch) {
  const path = card(place)?.dataset.path;
  if (path !== undefined) pick(place, !picked.has(path), isStretch);
}

export function pickAll() {
  setBetween(0, count, true);
}

export function pickNone() {
  picked.clear();
  anchor = null;
  tell();
}

// Places are others now, names are not.
export function forgetPlaces() {
  anchor = null;
}

if (cards) {
  cards.addEventListener("click", (event) => {
    if (!event.target.matches(".pick")) return;
    const place = event.target.closest(".card").ariaPosInSet - 1;
    pick(place, event.target.checked, event.shiftKey);
  });
  document.getElementById("pick-all").addEventListener("click", pickAll);
  none.addEventListener("click", () => {
    pickNone();
    document.getElementById("pick-all").focus();
  });
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.id !== "remove") return;
    for (const path of picked) ctx.request.body.append("image", path);
  });
}
