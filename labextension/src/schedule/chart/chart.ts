/** The chart: bars, lines over them, prices below, all over one axis of layers. */
import { FONT } from "../../../../src/figures/browser.js";
import { setAttributes, svgElement } from "../../core/index.js";
import { drawAxes } from "./axes.js";
import { Bars } from "./bars.js";
import { centreX } from "./layout.js";
import { drawLines } from "./lines.js";
import { drawPrices } from "./prices.js";
import type { ChartScene } from "./scene.js";

export class ScheduleChart {
  readonly element: SVGSVGElement;
  readonly #axes = svgElement("g");
  readonly #prices = svgElement("g");
  readonly #lines = svgElement("g");
  readonly #cursor = svgElement("rect", { attributes: { "aria-hidden": "true" } });
  readonly #bars = new Bars();

  /** @param on what lies on top of it, such as handles. */
  constructor(...on: readonly SVGElement[]) {
    this.element = svgElement(
      "svg",
      { class: "espalier-schedule-chart", attributes: { "font-family": FONT } },
      this.#axes,
      this.#cursor,
      this.#prices,
      this.#bars.element,
      this.#lines,
      ...on,
    );
  }

  /** Everything. */
  draw(scene: ChartScene): void {
    const { width, height } = scene.layout;
    setAttributes(this.element, { width, height, viewBox: `0 0 ${width} ${height}` });
    this.#axes.replaceChildren(drawAxes(scene));
    this.#prices.replaceChildren(drawPrices(scene));
    this.drawLines(scene);
    this.drawBars(scene);
  }

  /** After a drag or another layer was chosen. */
  drawBars(scene: ChartScene): void {
    this.#bars.draw(scene);
    this.#drawCursor(scene);
  }

  drawLines(scene: ChartScene): void {
    this.#lines.replaceChildren(drawLines(scene));
  }

  /** A pale column through bars and prices at the chosen layer. */
  #drawCursor({ layout, theme, layer }: ChartScene): void {
    if (layer === null) {
      setAttributes(this.#cursor, { display: "none" });
      return;
    }
    const width = Math.max(3, layout.step);
    const bottom = layout.prices === null ? layout.bottom : layout.prices.bottom;
    setAttributes(this.#cursor, {
      ...{ display: null, x: centreX(layout, layer) - width / 2, y: layout.top, width, height: bottom - layout.top },
      fill: theme.accent,
      "fill-opacity": theme.forced ? 0.3 : 0.13,
    });
  }
}
