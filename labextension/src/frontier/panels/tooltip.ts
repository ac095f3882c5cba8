/** What a point is, beside it. */
import { element } from "../../core/index.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

/** Between the point and its text, in pixels. */
const GAP = 14;

export class Tooltip {
  readonly element = element("div", { class: "espalier-tooltip", attributes: { "aria-hidden": "true", hidden: true } });
  readonly #words: Words;
  #point = -1;

  constructor(words: Words) {
    this.#words = words;
  }

  hide(): void {
    this.#point = -1;
    this.element.hidden = true;
  }

  /** @param left, top of the plot within what the tooltip stands in; @param room the width of that. */
  show(scene: FrontierScene, point: number, left: number, top: number, room: number): void {
    if (point < 0 || !scene.isShown(point) || !scene.places.isInside(point)) {
      this.hide();
      return;
    }
    if (point !== this.#point) this.element.replaceChildren(...this.#lines(scene, point));
    this.#point = point;
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const [x, y] = [left + scene.places.x(point), top + scene.places.y(point)];
    const beside = x + GAP + width <= room ? x + GAP : Math.max(0, x - GAP - width);
    this.element.style.transform = `translate(${beside}px, ${Math.max(0, y - height / 2)}px)`;
  }

  #lines(scene: FrontierScene, point: number): HTMLElement[] {
    const { costAxis, metricAxis, points } = scene;
    return [
      element("strong", { text: this.#words.name(scene, point) }),
      element("div", {
        class: "espalier-secondary",
        text: `${this.#words.series(scene, points.series[point]!)}, ${this.#words.standing(scene, point)}`,
      }),
      element("div", { text: `${metricAxis.label}: ${this.#words.metric(scene, metricAxis, point)}` }),
      element("div", { text: `${costAxis.label}: ${this.#words.cost(scene, costAxis, point)}` }),
    ];
  }
}
