// One image with its captions; arrow keys lead to the next and the previous one.
import { card, count, need } from "./cards.js";
import { focusOn } from "./keys.js";

const dialog = document.getElementById("lightbox");
const image = document.getElementById("lightbox-image");
const title = document.getElementById("lightbox-title");
const where = document.getElementById("lightbox-place");
const caption = document.getElementById("lightbox-caption");
let at = 0;

async function show(place) {
  if (place < 0 || place >= count) return;
  at = place;
  await need(place, place + 1);
  const shown = card(place);
  // Another image may be wanted by now.
  if (at !== place || !shown) return;
  const { path, preview } = shown.dataset;
  const style = document.getElementById("sync").dataset.style;
  title.textContent = path;
  where.textContent = `${(place + 1).toLocaleString("en")} of ${count.toLocaleString("en")}`;
  image.src = preview ?? "/static/no-image.svg";
  image.alt = path;
  image.classList.remove("missing");
  caption.textContent = "";
  if (!dialog.open) dialog.showModal();
  const query = new URLSearchParams({ style, path });
  const answer = await fetch(`/fragments/caption?${query}`).catch(() => null);
  if (at !== place) return;
  if (answer?.ok) caption.innerHTML = await answer.text();
  else caption.textContent = "The caption cannot be read now.";
}

if (dialog) {
  document.getElementById("cards").addEventListener("click", (event) => {
    if (event.target.closest(".open")) show(event.target.closest(".card").ariaPosInSet - 1);
  });
  document.getElementById("previous").addEventListener("click", () => show(at - 1));
  document.getElementById("next").addEventListener("click", () => show(at + 1));
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(at - 1);
    if (event.key === "ArrowRight") show(at + 1);
  });
  dialog.addEventListener("close", () => focusOn(at));
}
