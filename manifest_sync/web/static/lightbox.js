// One image with its captions; arrow keys lead to the next and the previous one.
import { visibleCards } from "./gallery.js";

const dialog = document.getElementById("lightbox");
const image = document.getElementById("lightbox-image");
const title = document.getElementById("lightbox-title");
const caption = document.getElementById("lightbox-caption");
let card = null;

async function show(next) {
  if (!next) return;
  card = next;
  const path = card.dataset.path;
  const style = document.getElementById("sync").dataset.style;
  title.textContent = path;
  image.src = card.dataset.preview ?? "/static/no-image.svg";
  image.alt = path;
  image.classList.remove("missing");
  caption.textContent = "";
  if (!dialog.open) dialog.showModal();
  const query = new URLSearchParams({ style, path });
  const answer = await fetch(`/fragments/caption?${query}`);
  // Another image may be shown by now.
  if (card !== next) return;
  if (answer.ok) caption.innerHTML = await answer.text();
  else caption.textContent = "The caption cannot be read now.";
}

function step(by) {
  const all = visibleCards();
  show(all[all.indexOf(card) + by]);
}

if (dialog) {
  document.getElementById("cards").addEventListener("click", (event) => {
    if (event.target.closest(".open")) show(event.target.closest(".card"));
  });
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("close", () => card?.querySelector(".open").focus());
}
