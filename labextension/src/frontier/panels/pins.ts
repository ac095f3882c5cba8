/** Two pinned configurations, and how they differ on the same samples. */
import { element, svgElement } from "../../core/index.js";
import type { PairedDifference } from "../../data/index.js";
import type { FrontierScene } from "../model/index.js";
import { ActionButton } from "./actionButton.js";
import type { Words } from "./words.js";

export interface PinsState {
  readonly pinned: readonly number[];
  readonly differences: readonly PairedDifference[];
  /** In the place of differences: that they are asked for, or why there are none. */
  readonly note: string;
}

export class Pins {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #unpin: (point: number) => void;

  constructor(words: Words, unpin: (point: number) => void) {
    this.#words = words;
    this.#unpin = unpin;
    this.element = element("section", {
      class: "espalier-panel",
      attributes: { "aria-label": words.text("Pinned configurations") },
    });
  }

  update(scene: FrontierScene, { pinned, differences, note }: PinsState): void {
    this.element.hidden = pinned.length === 0;
    const names = pinned.map((point, i) => {
      const button = new ActionButton(this.#words.text("Unpin"), () => this.#unpin(point));
      button.element.setAttribute("aria-label", this.#words.text("Unpin {letter}", { letter: "AB"[i]! }));
      return element(
        "div",
        { class: "espalier-pin" },
        element("span", { class: "espalier-pin-badge", text: "AB"[i]! }),
        element("span", { text: this.#words.describe(scene, point) }),
        button.element,
      );
    });
    const texts = differences.flatMap((one) => this.#row(scene, one));
    this.element.replaceChildren(
      element("strong", { class: "espalier-panel-title", text: this.#words.text("Compared on the same samples") }),
      ...names,
      ...texts,
      ...(note === "" ? [] : [element("div", { class: "espalier-secondary", text: note })]),
    );
  }

  #row(scene: FrontierScene, one: PairedDifference): HTMLElement[] {
    const axis = scene.data.metrics.find(({ key }) => key === one.metric);
    if (axis === undefined) return [];
    const samples = this.#words.text("{count} samples", { count: this.#words.count(one.samples) });
    const p = one.p === null ? "" : one.p < 0.001 ? "p < 0.001, " : `p = ${this.#words.number(one.p)}, `;
    const matched = one.matched ? "" : `, ${this.#words.text("at different cost")}`;
    return [
      element(
        "div",
        { class: "espalier-difference" },
        element("span", { text: this.#words.text("{metric}, A − B:", { metric: axis.label }) }),
        intervalBar(one),
        element("span", { text: this.#words.difference(axis, one) }),
        element("strong", { text: this.#words.verdict(one) }),
        element("span", { class: "espalier-secondary", text: `${p}${samples}${matched}` }),
      ),
    ];
  }
}

const BAR = 96;

/** The interval beside zero, so that whether it holds zero is seen at once. */
function intervalBar({ difference, low, high }: PairedDifference): SVGElement {
  const reach = 1.1 * Math.max(Math.abs(low), Math.abs(high), Math.abs(difference), Number.MIN_VALUE);
  const x = (value: number) => (BAR / 2) * (1 + value / reach);
  const line = (x1: number, x2: number, y1: number, y2: number, name: string) =>
    svgElement("line", { attributes: { x1, x2, y1, y2, class: name } });
  return svgElement(
    "svg",
    {
      attributes: {
        class: "espalier-interval",
        width: BAR,
        height: 16,
        viewBox: `0 0 ${BAR} 16`,
        "aria-hidden": "true",
      },
    },
    line(BAR / 2, BAR / 2, 0, 16, "espalier-interval-zero"),
    line(x(low), x(high), 8, 8, "espalier-interval-line"),
    svgElement("circle", { attributes: { cx: x(difference), cy: 8, r: 3.5, class: "espalier-interval-mean" } }),
  );
}
