/**
 * The page's script: the slider, the sorting, the tips and the downloads. It is plain JavaScript for a browser, which is
 * why it stands here as text; all numbers come formatted in the page's data, and it writes text, never markup.
 */
export const PAGE_SCRIPT = `
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id).textContent);
  const view = read("view");
  const svgSpace = "http://www.w3.org/2000/svg";
  const figure = byId("frontier-figure");
  const marks = new Map();
  if (figure) for (const mark of figure.querySelectorAll("path[aria-label]")) marks.set(mark.getAttribute("aria-label"), mark);

  const slider = byId("budget");
  if (slider) {
    const bars = byId("bars");
    for (const share of view.schedules[0].shares) bars.append(document.createElement("i"));
    let ring = null;
    const show = () => {
      const chosen = view.schedules[Number(slider.value)];
      slider.setAttribute("aria-valuetext", chosen.label);
      byId("chosen").textContent = chosen.label;
      bars.setAttribute("aria-label", chosen.summary);
      chosen.shares.forEach((share, i) => {
        bars.children[i].style.height = Math.max(share > 0 ? 1 : 0, share * 100) + "%";
        bars.children[i].title = chosen.layers[i];
      });
      const facts = byId("facts");
      facts.replaceChildren();
      for (const [name, value] of chosen.facts) {
        const term = document.createElement("dt");
        const detail = document.createElement("dd");
        term.textContent = name;
        detail.textContent = value;
        facts.append(term, detail);
      }
      if (ring) ring.remove();
      ring = null;
      const mark = marks.get(chosen.description);
      if (mark) {
        ring = document.createElementNS(svgSpace, "circle");
        ring.setAttribute("transform", mark.getAttribute("transform"));
        for (const [name, value] of Object.entries({ r: "8", fill: "none", stroke: "currentColor", "stroke-width": "2" })) ring.setAttribute(name, value);
        mark.parentNode.append(ring);
      }
    };
    slider.addEventListener("input", show);
    show();
    if (figure) figure.addEventListener("click", (event) => {
      const label = event.target.getAttribute("aria-label");
      const index = view.schedules.findIndex((schedule) => schedule.description === label);
      if (index >= 0) { slider.value = String(index); show(); }
    });
  }

  for (const one of document.querySelectorAll("figure")) {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    one.append(tip);
    one.addEventListener("pointermove", (event) => {
      const label = event.target.tagName === "path" ? event.target.getAttribute("aria-label") : null;
      tip.hidden = !label;
      if (!label) return;
      tip.textContent = label;
      const box = one.getBoundingClientRect();
      const left = event.clientX - box.left;
      tip.style.left = Math.max(0, Math.min(left + 12, box.width - 290)) + "px";
      tip.style.top = event.clientY - box.top + 14 + "px";
    });
    one.addEventListener("pointerleave", () => { tip.hidden = true; });
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const rising = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const value = (row) => row.cells[column].dataset.value;
      const numeric = head.dataset.kind === "number";
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === "" || y === "") return (x === "" ? 1 : 0) - (y === "" ? 1 : 0);
        const order = numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
        return rising ? order : -order;
      };
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort(compare));
    }));
  }

  for (const box of document.querySelectorAll("input[data-series]")) {
    const apply = () => {
      for (const row of document.querySelectorAll("tr[data-series]")) {
        if (row.dataset.series === box.dataset.series) row.hidden = !box.checked;
      }
    };
    box.addEventListener("change", apply);
    apply();
  }

  const download = (id, name, type, text) => byId(id).addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text()], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  download("download-csv", "espalier-means.csv", "text/csv", () => read("csv"));
  download("download-json", "espalier-results.json", "application/json", () => JSON.stringify(read("results"), null, 1));
})();
`;
