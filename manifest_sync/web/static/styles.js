// The workspace's page: searching and sorting its styles.
const list = document.getElementById("styles");
const search = document.getElementById("search");
const sort = document.getElementById("sort");

function value(card, by) {
  if (by === "name" || by === "when") return card.dataset[by];
  return Number(card.querySelector(".summary")?.dataset[by] ?? 0);
}

function order() {
  const by = sort.value;
  const cards = [...list.children].sort((a, b) => {
    const [one, other] = [value(a, by), value(b, by)];
    if (by === "name") return one.localeCompare(other, undefined, { numeric: true });
    return one === other ? 0 : one < other ? 1 : -1;
  });
  list.append(...cards);
}

if (search) {
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const card of list.children) {
      card.hidden = !card.dataset.name.toLowerCase().includes(wanted);
    }
  });
  sort.addEventListener("change", order);
}
