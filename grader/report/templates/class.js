"use strict";
(() => {
  const GROUP = 50; // rows; a browser lays out only the groups that are visible
  const table = document.getElementById("students");
  const rows = [...table.tBodies].flatMap((group) => [...group.rows]);
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const collator = new Intl.Collator(undefined, { numeric: true });
  let texts; // of the rows in lower case, made for the first search
  let matches = () => true;

  const show = () => {
    const shown = rows.filter(matches);
    const groups = [];
    for (let start = 0; start < shown.length; start += GROUP) {
      const group = document.createElement("tbody");
      const members = shown.slice(start, start + GROUP);
      group.style.setProperty("--rows", members.length);
      group.append(...members);
      groups.push(group);
    }
    for (const group of [...table.tBodies]) group.remove();
    table.append(...groups);
    tell(shown.length);
  };

  const tell = (shown) => {
    count.textContent = count.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  };

  // Between two cells is a line break, so that the end of one and the beginning of the next are no word.
  const text = (row) => [...row.cells].map((cell) => cell.textContent).join("\n");

  const find = () => {
    texts ??= new Map(rows.map((row) => [row, text(row).toLowerCase()]));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matches = (row) => words.every((word) => texts.get(row).includes(word));
    show();
  };

  const value = (row, column) => {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };

  const compare = (first, second) =>
    typeof first === "number" && typeof second === "number"
      ? first - second
      : collator.compare(String(first), String(second));

  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const values = new Map(rows.map((row) => [row, value(row, column)]));
      rows.sort((first, second) => sign * compare(values.get(first), values.get(second)));
      show();
    });
  });

  search.addEventListener("input", find);
  document.getElementById("finder").hidden = false;
  if (search.value) find(); // the browser has restored it
  else tell(rows.length);
})();
