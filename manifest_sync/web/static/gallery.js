// Selection in the gallery: by click, by shift-click for a stretch, and by keyboard.
const cards = document.getElementById("cards");
const selected = document.getElementById("selected");
const remove = document.getElementById("remove");
let last = null;

function tell() {
  const count = cards.querySelectorAll(".pick:checked").length;
  remove.disabled = count === 0;
  selected.textContent = count ? `${count} selected` : "";
}

export function visibleCards() {
  return [...cards.querySelectorAll(".card")];
}

function pick(box, event) {
  if (event.shiftKey && last?.isConnected) {
    const boxes = [...cards.querySelectorAll(".pick")];
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
  }
  last = box;
  tell();
}

// Arrows lead from card to card as they lie on the screen.
function move(card, key) {
  const all = visibleCards();
  const at = all.indexOf(card);
  const top = all[at].offsetTop;
  const columns = all.filter((each) => each.offsetTop === all[0].offsetTop).length || 1;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
  const next = all[at + steps[key]];
  if (!next) return false;
  const wanted = document.activeElement.classList.contains("pick") ? ".pick" : ".open";
  next.querySelector(wanted).focus();
  next.scrollIntoView({ block: "nearest" });
  return top !== undefined;
}

if (cards) {
  cards.addEventListener("click", (event) => {
    if (event.target.matches(".pick")) pick(event.target, event);
  });
  cards.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (!card) return;
    if (event.key.startsWith("Arrow") && move(card, event.key)) event.preventDefault();
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      for (const box of cards.querySelectorAll(".pick")) box.checked = true;
      tell();
      event.preventDefault();
    }
    if (event.key === "x" && !event.ctrlKey && !event.metaKey) {
      const box = card.querySelector(".pick");
      box.checked = !box.checked;
      pick(box, event);
    }
  });
  document.addEventListener("htmx:after:swap", tell);
}
