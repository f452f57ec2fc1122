// Makes the tables marked `data-tools` sort by a click on a title and filter by what is typed. Without it they are complete.
"use strict";
for (const table of document.querySelectorAll("table[data-tools]")) {
  const body = table.tBodies[0];
  const titles = [...table.tHead.rows[0].cells];
  titles.forEach((title, column) => addSort(title, column, titles, body));
  addFilter(table, body);
}

function addSort(title, column, titles, body) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...title.childNodes);
  title.append(button);
  button.addEventListener("click", () => {
    const down = title.ariaSort === "ascending";
    titles.forEach((other) => other.removeAttribute("aria-sort"));
    title.ariaSort = down ? "descending" : "ascending";
    const key = (row) => row.cells[column].dataset.sort;
    body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b), down ? -1 : 1)));
  });
}

// Numbers by value and before text; what is missing comes last whichever way the rest goes.
function compare(a, b, direction) {
  if (a === "" || b === "") return (a === "") - (b === "");
  const [x, y] = [Number(a), Number(b)];
  if (!isNaN(x) && !isNaN(y)) return direction * (x - y);
  if (isNaN(x) !== isNaN(y)) return direction * (isNaN(x) - isNaN(y));
  return direction * a.localeCompare(b, "en", { numeric: true });
}

function addFilter(table, body) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  label.className = "al-filter";
  input.type = "search";
  input.placeholder = "words in a row";
  label.append("Filter", input, count);
  table.parentElement.before(label);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    const rows = [...body.rows];
    for (const row of rows) {
      const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const left = rows.filter((row) => !row.hidden).length;
    count.textContent = left === rows.length ? "" : `${left} of ${rows.length} rows`;
  });
}
