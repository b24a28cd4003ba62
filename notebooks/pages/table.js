"use strict";
// The table viewer: filter, sort by a heading, pages of 200 rows. window.TABLE has the rows as typed.

(() => {
  const PAGE = 200;
  const [names, ...rows] = window.TABLE;
  const frame = document.getElementById("table");
  const filter = document.getElementById("filter");
  const pager = document.getElementById("pager");
  const shown = document.getElementById("shown");
  const numbers = frame.dataset.numbers.split(" ");
  const titles = frame.dataset.titles.split("|");
  const measure = names.indexOf("measure_id");
  const start = names.indexOf(frame.dataset.places || "-"); // a column that says where in the row
  const language = document.documentElement.lang;
  const long = names.map((_, column) => rows.some((row) => row[column].length > 30));
  const flatten = (text) => text.normalize("NFKC").toLowerCase();
  let flat; // every row as one text, made when first searched
  let order = { column: -1, down: false };
  let page = 0;

  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  const body = table.createTBody();
  const headings = names.map((name, column) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    const button = cell.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = titles[column] || name;
    button.title = name;
    button.addEventListener("click", () => {
      order = { column, down: order.column === column && !order.down };
      page = 0;
      draw();
    });
    head.append(cell);
    return cell;
  });
  frame.replaceChildren(table);

  function choose() {
    const words = flatten(filter.value).split(/\s+/).filter(Boolean);
    if (words.length) flat ??= rows.map((row) => flatten(row.join("\n")));
    const chosen = rows.filter((_, number) => words.every((word) => flat[number].includes(word)));
    const { column, down } = order;
    if (column >= 0) {
      const number = numbers.includes(names[column]);
      const compare = number ? (a, b) => a - b : new Intl.Collator(language).compare;
      chosen.sort((one, two) => {
        const [a, b] = [one[column], two[column]];
        if (a === "" || b === "") return (a === "") - (b === ""); // what is empty comes last
        return down ? compare(b, a) : compare(a, b);
      });
    }
    return chosen;
  }

  function draw() {
    const chosen = choose();
    const pages = Math.max(1, Math.ceil(chosen.length / PAGE));
    body.replaceChildren();
    for (const row of chosen.slice(page * PAGE, (page + 1) * PAGE)) {
      const line = body.insertRow();
      row.forEach((text, column) => {
        const cell = line.insertCell();
        if (numbers.includes(names[column])) cell.className = "number";
        else if (long[column]) cell.className = "long";
        if (column === measure && /^M\d{3}$/.test(text)) {
          const link = cell.appendChild(document.createElement("a"));
          link.href = `list.html#${text}${start >= 0 ? `-${row[start]}` : ""}`;
          link.textContent = text;
        } else cell.textContent = text;
      });
    }
    headings.forEach((cell, column) => {
      if (column === order.column) cell.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    shown.textContent = chosen.length === rows.length
      ? `${rows.length} ${shown.dataset.rows}`
      : `${chosen.length} ${shown.dataset.of} ${rows.length} ${shown.dataset.rows}`;
    pager.hidden = pages === 1;
    pager.querySelector("span").textContent = `${page + 1} / ${pages}`;
    document.getElementById("before").disabled = page === 0;
    document.getElementById("after").disabled = page === pages - 1;
  }

  filter.addEventListener("input", () => { page = 0; draw(); });
  document.getElementById("before").addEventListener("click", () => { page -= 1; draw(); frame.scrollTop = 0; });
  document.getElementById("after").addEventListener("click", () => { page += 1; draw(); frame.scrollTop = 0; });
  draw();
})();
