// Moving in the gallery by keyboard. It is one stop of the Tab key; arrows lead from card to card.
import { card, count } from "./cards.js";
import { perRow, perScreen, placeOf, reveal } from "./rows.js";
import { pickAll, toggle } from "./selection.js";

const cards = document.getElementById("cards");
// The place that has the focus, or had it last.
let at = 0;

// Let Tab find the card that had the focus last, or the first one that is here.
export function dress() {
  const list = cards.querySelector(".cards");
  const mine = list.querySelector(`.card[aria-posinset="${at + 1}"]`) ?? list.querySelector(".card");
  for (const part of list.querySelectorAll(".pick, .open")) {
    const wanted = mine?.contains(part) ? 0 : -1;
    if (part.tabIndex !== wanted) part.tabIndex = wanted;
  }
  // The list had the focus while the card was out of sight.
  if (document.activeElement === list && mine && placeOf(mine) === at) {
    mine.querySelector(".open").focus({ preventScroll: true });
  }
}

export function restart() {
  at = 0;
}

// Bring the focus to a place, wherever it is.
export async function focusOn(place, part = ".open") {
  at = place;
  const found = await reveal(place);
  if (at !== place) return;
  found?.querySelector(part).focus({ preventScroll: true });
}

function target(key) {
  const end = count - 1;
  const steps = {
    ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(), ArrowDown: perRow(),
    PageUp: -perScreen(), PageDown: perScreen(),
  };
  if (key === "Home") return 0;
  if (key === "End") return end;
  const to = at + (steps[key] ?? 0);
  if (key.startsWith("Page")) return Math.max(0, Math.min(to, end));
  return to < 0 || to > end ? at : to;
}

function pressed(event) {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey || !event.target.closest(".cards")) return;
  if (event.key === "a" && isCommand) pickAll();
  else if (event.key.toLowerCase() === "x" && !isCommand) toggle(at, event.shiftKey);
  else {
    const to = isCommand ? at : target(event.key);
    if (to === at) return;
    focusOn(to, event.target.matches(".pick") ? ".pick" : ".open");
  }
  event.preventDefault();
}

if (cards) {
  cards.addEventListener("keydown", pressed);
  cards.addEventListener("focusin", (event) => {
    const mine = event.target.closest(".card");
    if (!mine || card(placeOf(mine)) !== mine) return;
    at = placeOf(mine);
    dress();
  });
}
