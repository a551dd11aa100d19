// Syncing: buttons that say what is going on, the plan in a dialog, the run as it goes on.
import { lookAgain } from "./gallery.js";
import { hasPicked } from "./selection.js";
import { toast } from "./toasts.js";

const COMPARING = "🔍 Comparing...";
const SYNCING = "⏳ Syncing...";
const TITLES = { push: "Syncing to S3", pull: "Syncing from S3", remove: "Removing from S3", restore: "Restoring" };

const dialog = document.getElementById("plan-dialog");
const plan = document.getElementById("plan");
const run = document.getElementById("run");
const bar = document.getElementById("run-bar");
const stop = document.getElementById("run-stop");
const style = document.getElementById("sync")?.dataset.style;
let now = null;
let comparing = null;

function buttons() {
  return [...document.querySelectorAll("button.sync")];
}

function label() {
  const running = now?.state === "running";
  for (const button of buttons()) {
    const mine = running && now.command === button.dataset.command && now.style === style;
    const busy = comparing === button;
    button.textContent = busy ? COMPARING : mine ? SYNCING : button.dataset.ready;
    button.disabled = running || comparing !== null || (button.id === "remove" && !hasPicked());
  }
}

document.addEventListener("selected", label);

document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (!source.matches?.("button.sync")) return;
  comparing = source;
  label();
});

document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.sourceElement !== comparing) return;
  comparing = null;
  label();
});

document.addEventListener("htmx:after:swap", () => {
  if (!dialog) return;
  if (plan.childElementCount && !dialog.open) dialog.showModal();
  if (!plan.childElementCount && dialog.open) dialog.close();
});

dialog?.addEventListener("click", (event) => {
  if (event.target.id === "plan-cancel") dialog.close();
});
dialog?.addEventListener("close", () => plan.replaceChildren());

// A plan can be agreed to once, whatever comes of that: its dialog has done its work.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement?.id === "plan-form" && ctx.response) dialog.close();
});

stop.addEventListener("click", () => {
  stop.disabled = true;
  fetch("/runs/stop", { method: "POST", body: new URLSearchParams({ job: now.id }) });
});

function amount(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; unit += 1) bytes /= 1000;
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

function duration(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function figures(told) {
  if (told.stopping) return "ending: what is in flight is being finished";
  if (told.step === "comparing") {
    const looked = `${told.files} files looked at`;
    return told.trouble ? `${looked} · trying again: ${told.trouble}` : looked;
  }
  const parts = [`${told.files} of ${told.of_files} files`];
  if (told.of_bytes) parts.push(`${amount(told.bytes)} of ${amount(told.of_bytes)}`);
  if (told.rate) parts.push(`${amount(told.rate)}/s`);
  if (told.left !== null) parts.push(`${duration(told.left)} left`);
  if (told.failed) parts.push(`${told.failed} failed`);
  if (told.trouble) parts.push(`trying again: ${told.trouble}`);
  return parts.join(" · ");
}

// A run may have begun and ended between two looks at it.
const begun = new Set();
const toldOf = new Set();
let isFirst = true;
document.addEventListener("run-begun", (event) => begun.add(event.detail.id));

function show(told) {
  // What had ended before this page was opened is no news.
  if (isFirst && told && told.state !== "running" && !begun.has(told.id)) toldOf.add(told.id);
  isFirst = false;
  now = told;
  const running = told?.state === "running";
  run.hidden = !running;
  if (running) {
    document.getElementById("run-title").textContent = `${TITLES[told.command]}: ${told.style}`;
    document.getElementById("run-figures").textContent = figures(told);
    stop.disabled = told.stopping;
    if (told.step === "comparing" || !told.of_files) bar.removeAttribute("value");
    else {
      bar.max = told.of_files;
      bar.value = told.files;
    }
  }
  label();
  if (told && !running && !toldOf.has(told.id)) {
    toldOf.add(told.id);
    toast(told.message, told.state === "done" ? "ok" : "error");
    document.body.dispatchEvent(new CustomEvent("run-ended"));
    if (told.style === style) lookAgain();
  }
}

// A server that was started anew has another token, unless that is set: its stream is closed for good.
let loss = null;
function lost() {
  const message = stream?.readyState === EventSource.CLOSED
    ? "The server was started anew: open the address that it printed."
    : "The server cannot be reached; trying again.";
  if (loss?.message === message) return;
  loss?.said.remove();
  loss = { message, said: toast(message, "error") };
}

function found() {
  if (!loss) return;
  loss.said.remove();
  loss = null;
  toast("The server is back.");
  document.body.dispatchEvent(new CustomEvent("run-ended"));
  if (style) lookAgain();
}

// One stream for each page that is in sight: browsers open six connections to a server, no more.
let stream = null;
function watch() {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("/events");
    stream.addEventListener("message", (event) => show(JSON.parse(event.data)));
    stream.addEventListener("open", found);
    stream.addEventListener("error", lost);
  }
}
document.addEventListener("visibilitychange", watch);
watch();
