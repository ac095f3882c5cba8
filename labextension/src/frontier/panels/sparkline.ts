/** How the hypervolume grew with what the search cost. */
import { element, svgElement, type Theme } from "../../core/index.js";
import type { HypervolumeLine } from "../../data/index.js";
import type { Words } from "./words.js";

const WIDTH = 120;
const HEIGHT = 28;
/** Room for the line's width and the dot at its end. */
const EDGE = 3;

export class Sparkline {
  readonly element = element("div", { class: "espalier-sparkline" });
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
  }

  update(line: HypervolumeLine | null, theme: Theme): void {
    const points = line === null ? [] : pointsOf(line);
    this.element.hidden = points.length < 2;
    if (line === null || points.length < 2) return;
    const [x, y] = points.at(-1)!;
    const last = (column: Float64Array) => this.#words.number(column.findLast((value) => Number.isFinite(value))!);
    const text = this.#words.text("Hypervolume {value} after {cost} {unit}", {
      value: last(line.value),
      cost: this.#words.count(Math.round(line.cost.at(-1)!)),
      unit: line.unit,
    });
    const path = points.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L");
    this.element.replaceChildren(
      svgElement(
        "svg",
        { attributes: { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" } },
        svgElement("path", { attributes: { d: `M${path}`, fill: "none", stroke: theme.accent, "stroke-width": 1.5 } }),
        svgElement("circle", { attributes: { cx: x, cy: y, r: 2.5, fill: theme.accent } }),
      ),
      element("span", { class: "espalier-secondary", text }),
    );
  }
}

function pointsOf({ cost, value }: HypervolumeLine): [number, number][] {
  const places = [...cost.keys()].filter((i) => Number.isFinite(cost[i]!) && Number.isFinite(value[i]!));
  const [x, y] = [cost, value].map((column) => {
    const own = places.map((i) => column[i]!);
    const low = own.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const span = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - low;
    return (i: number) => (span > 0 ? (column[i]! - low) / span : 0.5);
  }) as [(i: number) => number, (i: number) => number];
  return places.map((i) => [EDGE + x(i) * (WIDTH - 2 * EDGE), HEIGHT - EDGE - y(i) * (HEIGHT - 2 * EDGE)]);
}
