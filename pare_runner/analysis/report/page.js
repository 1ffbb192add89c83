"use strict";
// Without this script the page says the same; with it, tables can be sorted and filtered.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  // What is not known comes last, whichever way the column is sorted.
  const compare = (a, b, up) =>
    typeof a === "number" && typeof b === "number" ? (up ? a - b : b - a)
      : typeof a === "number" ? -1 : typeof b === "number" ? 1
      : (up ? 1 : -1) * a.localeCompare(b, "en", { numeric: true });
  const sort = (column) => {
    const head = heads[column], up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => compare(value(a, column), value(b, column), up));
    body.append(...rows);
  };
  heads.forEach((head, column) => {
    head.classList.add("sortable");
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(column));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(column); }
    });
  });
  if (body.rows.length < 8) continue;
  const filter = document.createElement("input");
  filter.type = "search";
  filter.className = "filter";
  filter.placeholder = "show only rows with these words";
  filter.setAttribute("aria-label", filter.placeholder);
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  table.parentElement.before(filter);
}
