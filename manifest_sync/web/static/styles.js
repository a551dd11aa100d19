// The workspace's page: searching and sorting its styles.
const list = document.getElementById("styles");
const search = document.getElementById("search");
const sort = document.getElementById("sort");

function byName(one, other) {
  return one.dataset.name.localeCompare(other.dataset.name, undefined, { numeric: true });
}

// What is not known yet comes last.
function value(style, by) {
  if (by === "when") return style.dataset.when;
  return Number(style.querySelector("[data-state]")?.dataset[by] ?? -1);
}

// By name, or the largest, latest, or most urgent first.
function order() {
  const by = sort.value;
  const focused = document.activeElement;
  const styles = [...list.children].sort((one, other) => {
    if (by === "name") return byName(one, other);
    const [mine, theirs] = [value(one, by), value(other, by)];
    return mine === theirs ? byName(one, other) : mine < theirs ? 1 : -1;
  });
  list.append(...styles);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

if (search) {
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const style of list.children) {
      style.hidden = !style.dataset.name.toLowerCase().includes(wanted);
    }
  });
  sort.addEventListener("change", order);
  // How a style stands is known only after it was compared.
  document.addEventListener("htmx:after:swap", order);
  order();
}

// What could not be compared says so where it stands, besides the toast.
list?.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!ctx?.response || ctx.response.status < 400 || !ctx.sourceElement.matches(".summary")) return;
  ctx.sourceElement.textContent = "It cannot be compared now.";
  ctx.sourceElement.ariaBusy = "false";
});
