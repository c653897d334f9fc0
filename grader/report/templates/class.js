(() => {
  const GROUP = 50; // rows; a browser lays out only the groups that are visible
  const table = document.getElementById("students");
  const heads = [...table.tHead.rows[0].cells];
  const original = [...table.tBodies].flatMap((group) => [...group.rows]);
  let rows = original; // in the order of the table
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const chips = document.getElementById("chips");
  const title = document.getElementById("students-title");
  const links = [...document.querySelectorAll("a.by")];
  const collator = new Intl.Collator(undefined, { numeric: true });
  const filters = new Map([...document.querySelectorAll(".filter")].map((each) => [each.id, each]));
  let texts; // of the rows, prepared for the first search
  let shown = rows;

  // The address is the only place that keeps what is shown: filters, words, and the sorted column ("-" for descending).
  const read = (address = location.hash) => {
    const state = { filters: [], search: "", sort: "" };
    for (const part of address.slice(1).split("&")) {
      const [key, value = ""] = part.split(/=(.*)/s);
      if (key === "search" || key === "sort") state[key] = decoded(value);
      else if (part.includes("=")) state.filters.push(part); // also a filter that the page no longer has: it shows nobody
    }
    return state;
  };
  const decoded = (value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  const written = (state) => {
    const parts = [...state.filters];
    for (const key of ["search", "sort"]) if (state[key]) parts.push(`${key}=${encodeURIComponent(state[key])}`);
    return `#${parts.join("&")}`;
  };
  const without = (state, part) => ({ ...state, filters: state.filters.filter((other) => other !== part) });
  const kind = (part) => filters.get(part)?.dataset.kind ?? "";
  // A second choice of a filter removes it, and another filter of the same kind replaces it.
  const changed = (state, part) => {
    if (state.filters.includes(part)) return without(state, part);
    const others = state.filters.filter((other) => !kind(part) || kind(other) !== kind(part));
    return { ...state, filters: [...others, part] };
  };

  const rebuild = () => {
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
  };

  // Between two cells is a line break, so that the end of one and the beginning of the next are no word. The titles of
  // checks and bugs are those of the filters that show the row.
  const prepared = () => {
    const titles = new Map();
    for (const { dataset } of filters.values()) if (dataset.title) titles.set(dataset.mark, dataset.title);
    return new Map(
      rows.map((row) => {
        const own = [...row.cells].map((cell) => cell.textContent);
        return [row, Search.prepared([...own, ...[...row.classList].map((mark) => titles.get(mark) ?? "")].join("\n"))];
      }),
    );
  };

  const value = (row, column) => {
    const cell = row.cells[column];
    return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  const compare = (first, second) =>
    typeof first === "number" ? first - second : collator.compare(first, second);
  let sorted = "";
  const sort = (wanted) => {
    const column = heads.findIndex((head) => head.dataset.key === wanted.replace("-", ""));
    const sign = wanted.startsWith("-") ? -1 : 1;
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    if (column >= 0) heads[column].setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
    if (wanted === sorted) return;
    sorted = wanted;
    rows = [...original];
    if (column < 0) return;
    const values = new Map(rows.map((row) => [row, value(row, column)]));
    rows.sort((first, second) => sign * compare(values.get(first), values.get(second)));
  };

  const apply = (state = read()) => {
    const marks = state.filters.map((part) => filters.get(part)?.dataset.mark ?? "nobody");
    sort(state.sort);
    if (search.value !== state.search) search.value = state.search;
    let fits = () => true;
    if (state.search.trim()) {
      texts ??= prepared();
      fits = Search.matcher(state.search);
    }
    shown = rows.filter((row) => marks.every((mark) => row.classList.contains(mark)) && fits(texts?.get(row) ?? ""));
    rebuild();
    showChips(state);
    count.textContent = count.dataset.text.replace("{shown}", shown.length).replace("{all}", rows.length);
    for (const link of links) {
      if (state.filters.includes(link.hash.slice(1))) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  const showChips = (state) => {
    const chip = (text, next) => {
      const link = document.createElement("a");
      link.href = written(next);
      link.textContent = text;
      link.setAttribute("aria-label", chips.dataset.text.replace("{filter}", () => text));
      const item = document.createElement("li");
      item.append(link);
      return item;
    };
    const label = (part) => filters.get(part)?.dataset.label ?? decoded(part);
    const items = state.filters.map((part) => chip(label(part), without(state, part)));
    if (state.search.trim()) items.push(chip(`“${state.search.trim()}”`, { ...state, search: "" }));
    if (items.length > 1) {
      const all = chip(chips.dataset.all, { ...state, filters: [], search: "" });
      all.firstChild.removeAttribute("aria-label");
      items.push(all);
    }
    chips.replaceChildren(...items);
    chips.hidden = !items.length;
  };

  // The words are in the address a moment later, since browsers limit how often it may change.
  const current = () => ({ ...read(), search: search.value });
  let timer;
  const keepWords = () => {
    clearTimeout(timer);
    timer = undefined;
    history.replaceState(null, "", written(current()));
  };
  const go = (address) => {
    if (timer) keepWords();
    history.pushState(null, "", address);
    apply();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.by, #chips a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.matches("#chips a") ? link.hash || "#" : written(changed(current(), link.hash.slice(1))));
    title.focus({ preventScroll: true });
    title.scrollIntoView();
  });
  search.addEventListener("focus", () => (texts ??= prepared()));
  search.addEventListener("input", () => {
    apply(current());
    clearTimeout(timer);
    timer = setTimeout(keepWords, 300);
  });
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const key = head.dataset.key;
      history.replaceState(null, "", written({ ...current(), sort: read().sort === key ? `-${key}` : key }));
      apply();
    });
  }
  addEventListener("hashchange", () => apply());

  // The pages of the students lead to the one before and the one after, as they are listed here, and back to this list:
  // sessionStorage["grader.class ADDRESS OF THIS PAGE"] = {"address": "#check=loss", "students": [["instructor/a.html", "Ada"], ...]}
  // A student's page adds "last", its own link, so that this page shows that row again.
  const KEY = `grader.class ${location.href.split("#")[0]}`;
  const linkOf = (row) => row.cells[0].querySelector("a");
  const keep = () => {
    if (timer) keepWords();
    const students = shown
      .map(linkOf)
      .filter(Boolean)
      .map((link) => [link.getAttribute("href"), link.textContent]);
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ address: location.hash, students }));
    } catch {
      // The browser keeps nothing; the pages then have the order of the class.
    }
  };
  const lastLink = () => {
    try {
      const { last } = JSON.parse(sessionStorage.getItem(KEY));
      return shown.map(linkOf).find((link) => link && link.getAttribute("href") === last);
    } catch {
      return undefined; // there is no list
    }
  };
  addEventListener("pagehide", keep);
  table.addEventListener("pointerdown", keep); // a link may be opened in another tab

  document.getElementById("finder").hidden = false;
  if (location.hash.length > 1) apply();
  else count.textContent = count.dataset.text.replace("{shown}", rows.length).replace("{all}", rows.length);
  // Later than the browser, which looks for a part of the page with this address and takes the focus away.
  addEventListener("load", () => {
    const [visit] = performance.getEntriesByType("navigation");
    if (visit?.type !== "navigate") return; // after a reload or "back" the browser knows the position
    const link = lastLink();
    if (link) link.focus();
    else if (read().filters.length) title.scrollIntoView();
  });
})();
