/** One bar a layer: the edited schedule. Kept between drawings, since a drag changes a few of them in every frame. */
import { element, setAttributes, svgElement } from "../../core/index.js";
import { tokensOf } from "../rules/index.js";
import { barX, centreX, shareY } from "./layout.js";
import { barColour, type ChartScene } from "./scene.js";
import { valueText } from "./valueText.js";

/** Pixels a layer that a count above its bar needs. */
const ROOM_FOR_COUNTS = 25;

export class Bars {
  readonly element = svgElement("g", { attributes: { "aria-hidden": "true" } });
  readonly #rects = svgElement("g");
  readonly #counts = svgElement("g", { attributes: { "font-size": 9.5, "text-anchor": "middle" } });
  #drawn: Pick<ChartScene, "layout" | "theme"> | null = null;
  #shares: readonly number[] = [];
  #layer: number | null = null;

  constructor() {
    this.element.append(this.#rects, this.#counts);
  }

  draw(scene: ChartScene): void {
    const { layout, theme, shares, layer } = scene;
    const fresh =
      this.#drawn?.layout !== layout || this.#drawn.theme !== theme || this.#shares.length !== shares.length;
    if (fresh) this.#begin(scene);
    for (let i = 0; i < shares.length; i++) {
      const marked = fresh || (layer !== this.#layer && (i === layer || i === this.#layer));
      if (marked || shares[i] !== this.#shares[i]) this.#drawBar(scene, i);
      if (marked) this.#mark(scene, i);
    }
    this.#shares = shares;
    this.#layer = layer;
  }

  #begin(scene: ChartScene): void {
    const { layout, theme, shares } = scene;
    this.#drawn = { layout, theme };
    const attributes = { rx: layout.bar > 6 ? 1 : 0 };
    this.#rects.replaceChildren(...shares.map(() => svgElement("rect", { attributes }, svgElement("title"))));
    const counted = layout.step >= ROOM_FOR_COUNTS;
    setAttributes(this.#counts, { fill: theme.secondary });
    this.#counts.replaceChildren(...(counted ? shares.map(() => svgElement("text")) : []));
  }

  #drawBar({ layout, shares, visualTokens, layer: chosen, translate: t }: ChartScene, layer: number): void {
    const share = shares[layer]!;
    const y = shareY(layout, share);
    const height = Math.max(0, layout.bottom - y);
    const rect = this.#rects.children[layer]!;
    setAttributes(rect, { x: barX(layout, layer), y, width: layout.bar, height });
    rect.firstElementChild!.textContent = valueText({ layer, share, visualTokens, t });
    const count = this.#counts.children[layer];
    if (count === undefined) return;
    setAttributes(count, { x: centreX(layout, layer), y: y - (layer === chosen ? 14 : 7) });
    count.textContent = String(tokensOf(share, visualTokens));
  }

  #mark(scene: ChartScene, layer: number): void {
    const { theme } = scene;
    const chosen = layer === scene.layer;
    setAttributes(this.#rects.children[layer]!, {
      fill: theme.forced && chosen ? theme.accent : barColour(scene),
      "fill-opacity": chosen ? 0.95 : layer === 0 ? 0.32 : 0.62,
    });
    if (this.#counts.children[layer] !== undefined)
      setAttributes(this.#counts.children[layer]!, {
        "font-weight": chosen ? "bold" : null,
        fill: chosen ? theme.text : null,
      });
  }
}

/** A sample of the bars' look, for a list of schedules. */
export function barSwatch(scene: Pick<ChartScene, "theme">): HTMLElement {
  const rect = svgElement("rect", {
    attributes: { x: 1, y: 2, width: 26, height: 8, rx: 1, fill: barColour(scene), "fill-opacity": 0.62 },
  });
  const svg = svgElement("svg", { attributes: { width: 28, height: 12, "aria-hidden": "true" } }, rect);
  return element("span", { class: "espalier-schedule-swatch" }, svg);
}
