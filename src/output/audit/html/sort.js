"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  heads.forEach((head, index) => {
    const isNumber = head.classList.contains("number");
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isDown = head.ariaSort ? head.ariaSort === "ascending" : isNumber;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      const key = (row) => row.cells[index].dataset.sort ?? row.cells[index].firstChild?.textContent ?? "";
      const compare = isNumber
        ? (left, right) => Number(key(left)) - Number(key(right))
        : (left, right) => (key(left) === "") - (key(right) === "") || key(left).localeCompare(key(right), "en", { numeric: true });
      const rows = [...body.rows].sort(compare);
      body.append(...(isDown ? rows.reverse() : rows));
    });
  });
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
