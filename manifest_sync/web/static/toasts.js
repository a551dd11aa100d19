// Toasts: what happened, said once, for eyes and for screen readers.
const place = document.getElementById("toasts");
const SHOWN_MS = 8000;
const NO_IMAGE = "/static/no-image.svg";

export function toast(message, kind = "ok") {
  const said = document.createElement("p");
  said.className = `toast ${kind}`;
  said.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.textContent = "×";
  close.setAttribute("aria-label", "Dismiss");
  close.addEventListener("click", () => said.remove());
  said.append(close);
  place.append(said);
  // Once more the uppermost: a dialog may have been opened since.
  if (place.matches(":popover-open")) place.hidePopover();
  place.showPopover();
  // An error stays until it is read.
  if (kind === "ok") setTimeout(() => said.remove(), SHOWN_MS);
  return said;
}

document.addEventListener("toast", (event) => toast(event.detail.message));

const DOING = { push: "sync to S3", pull: "sync from S3", remove: "remove from S3", restore: "restore" };

// An answer that is an error is told, and put nowhere.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!ctx?.response || ctx.response.status < 400) return;
  event.preventDefault();
  let message = `the server answered ${ctx.response.status}`;
  try {
    message = JSON.parse(ctx.text).message;
  } catch {
    // What is no JSON is not ours.
  }
  const button = ctx.sourceElement?.closest("[data-command]");
  const form = ctx.sourceElement?.closest("#plan-form");
  const command = button?.dataset.command ?? form?.elements.command?.value;
  toast(command ? `Failed to ${DOING[command]}: ${message}` : message, "error");
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.response) return;
  toast("The server cannot be reached: it has ended, or is starting anew.", "error");
});

// A picture in a list that is not there any more has the placeholder; elsewhere it is not shown.
document.addEventListener("error", (event) => {
  if (!(event.target instanceof HTMLImageElement)) return;
  if (event.target.closest(".changes") && !event.target.src.endsWith(NO_IMAGE)) {
    event.target.src = NO_IMAGE;
  } else event.target.classList.add("missing");
}, true);
