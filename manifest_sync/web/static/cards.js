// The cards that were chosen: asked for in pages, kept while they are near, known by their place.
import { toast } from "./toasts.js";

const box = document.getElementById("cards");
const PAGE = Number(box?.dataset.page);
// Pages that are kept: more than any screen shows.
const KEPT = 6;

// What is shown of which look at the style; all places count from 0.
let query = new URLSearchParams();
let board = "";
export let count = 0;
let pages = new Map();
let asked = new Map();
let opening = null;
// What went wrong last is said once, however far one scrolls.
let trouble = "";

async function ask(path, parameters, signal) {
  let answer;
  try {
    answer = await fetch(`${path}?${parameters}`, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached: it has ended, or is starting anew.");
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.message ?? `The server answered ${answer.status}.`);
}

async function askForCards(parameters, signal) {
  const answer = await ask("/fragments/cards", parameters, signal);
  const read = document.createElement("template");
  read.innerHTML = await answer.text();
  return read.content.querySelector(".found");
}

function forget() {
  for (const { control } of asked.values()) control.abort();
  asked = new Map();
  pages = new Map();
}

// Choose anew. Gives what the server says of all cards, and the first of them.
export async function choose(wanted, isLook) {
  opening?.abort();
  const mine = new AbortController();
  opening = mine;
  const parameters = new URLSearchParams(wanted);
  if (isLook) parameters.set("look", "1");
  const found = await askForCards(parameters, mine.signal);
  forget();
  query = wanted;
  board = found.dataset.board;
  count = Number(found.dataset.count);
  pages.set(0, [...found.querySelectorAll(".card")]);
  return found;
}

// The card at a place, where its page is here.
export function card(place) {
  return pages.get(Math.floor(place / PAGE))?.[place % PAGE];
}

async function fetchPage(number, signal) {
  const parameters = new URLSearchParams(query);
  parameters.set("begin", number * PAGE);
  const found = await askForCards(parameters, signal);
  // Somebody has looked at the style again: other cards may be at these places now.
  if (found.dataset.board !== board) box.dispatchEvent(new CustomEvent("outdated"));
  else pages.set(number, [...found.querySelectorAll(".card")]);
  trouble = "";
}

function fetched(number) {
  if (pages.has(number)) return Promise.resolve();
  if (asked.has(number)) return asked.get(number).done;
  const control = new AbortController();
  const done = fetchPage(number, control.signal)
    .catch((error) => {
      if (error.name === "AbortError" || error.message === trouble) return;
      trouble = error.message;
      toast(trouble, "error");
    })
    .finally(() => {
      if (asked.get(number)?.control === control) asked.delete(number);
    });
  asked.set(number, { control, done });
  return done;
}

// The pages that places are in.
function pagesOf(first, end) {
  const [from, to] = [Math.floor(first / PAGE), Math.floor(Math.max(first, end - 1) / PAGE)];
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

export function isHere(first, end) {
  return pagesOf(first, end).every((number) => pages.has(number));
}

// Have the cards from one place up to another, and let go of those that are far away.
export async function need(first, end) {
  const wanted = pagesOf(first, end);
  const far = (number) => Math.max(wanted[0] - number, number - wanted.at(-1));
  for (const [number, { control }] of asked) if (far(number) > 0) control.abort();
  const distant = [...pages.keys()].sort((one, other) => far(one) - far(other)).slice(KEPT);
  for (const number of distant) pages.delete(number);
  await Promise.all(wanted.map(fetched));
}

// The names from one place up to another; null where not all of these cards are here.
export function namesHere(first, end) {
  const names = [];
  for (let place = first; place < end; place += 1) {
    const name = card(place)?.dataset.path;
    if (name === undefined) return null;
    names.push(name);
  }
  return names;
}

// The same, wherever the cards are; null where they are others by now.
export async function names(first, end) {
  const here = namesHere(first, end);
  if (here) return here;
  const parameters = new URLSearchParams(query);
  parameters.set("begin", first);
  parameters.set("end", end);
  const said = await (await ask("/fragments/names", parameters)).json();
  if (said.board === board) return said.names;
  box.dispatchEvent(new CustomEvent("outdated"));
  return null;
}
