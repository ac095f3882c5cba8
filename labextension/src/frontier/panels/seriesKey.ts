/** The key: a switch for each series, with its mark and dash, and what it cost to search. */
import type { SeriesStyle } from "../../../../src/figures/browser.js";
import { element, formatNumber, setAttributes, svgElement, type Theme } from "../../core/index.js";
import { symbolPath } from "../drawing/index.js";
import type { FrontierScene } from "../model/index.js";
import type { Words } from "./words.js";

export class SeriesKey {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #toggle: (series: number) => void;
  readonly #buttons: HTMLButtonElement[] = [];
  #drawn = "";

  constructor(words: Words, toggle: (series: number) => void) {
    this.#words = words;
    this.#toggle = toggle;
    this.element = element("div", {
      class: "espalier-key",
      attributes: { role: "group", "aria-label": words.text("Series") },
    });
  }

  update(scene: FrontierScene, styles: readonly SeriesStyle[], theme: Theme): void {
    const { series } = scene.data;
    const wanted = JSON.stringify([series, styles, theme.forced]);
    if (wanted !== this.#drawn) {
      this.#drawn = wanted;
      this.#buttons.splice(0);
      for (const s of series.keys()) this.#buttons.push(this.#makeButton(scene, s, styles[s]!));
      this.element.replaceChildren(...this.#buttons);
    }
    for (const [s, button] of this.#buttons.entries())
      setAttributes(button, { "aria-pressed": scene.isHidden(s) ? "false" : "true" });
  }

  #makeButton(scene: FrontierScene, s: number, { colour, dash, shape }: SeriesStyle): HTMLButtonElement {
    const { searchCost } = scene.data.series[s]!;
    const sample = svgElement(
      "svg",
      { attributes: { viewBox: "-14 -6 28 12", width: 28, height: 12, "aria-hidden": "true", focusable: "false" } },
      svgElement("line", {
        attributes: {
          x1: -13,
          x2: 13,
          y1: 0,
          y2: 0,
          stroke: colour,
          "stroke-width": 1.8,
          "stroke-dasharray": dash.join(" "),
        },
      }),
      svgElement("path", { attributes: { d: symbolPath(shape), fill: colour } }),
    );
    const button = element(
      "button",
      { class: "espalier-key-series", attributes: { type: "button", title: scene.data.series[s]!.label } },
      sample,
      element("span", { class: "espalier-key-name", text: this.#words.series(scene, s) }),
    );
    if (searchCost !== null) {
      const text = this.#words.text("{cost} layer-forwards", { cost: compact(searchCost) });
      button.append(element("span", { class: "espalier-secondary", text }));
    }
    button.addEventListener("click", () => this.#toggle(s));
    return button;
  }
}

function compact(value: number): string {
  if (value >= 1e6) return `${formatNumber(value / 1e6, 3)} M`;
  return value >= 1e4 ? `${formatNumber(value / 1e3, 3)} k` : value.toLocaleString();
}
