/** What the shades mean, and how many patches die at each layer: one column a layer in its shade. */
import { setAttributes, svgElement, type Theme } from "../../core/index.js";
import type { Host } from "../../widget.js";
import { deathCounts } from "../rules/index.js";
import { deathColour } from "./shading.js";

export interface LegendScene {
  readonly deaths: Uint16Array | null;
  readonly layers: number;
  readonly layer: number;
  readonly width: number;
  readonly theme: Theme;
  readonly translate: Host["translate"];
}

const HEIGHT = 56;
const BASE = 36;
const TOP = 6;

export class DeathLegend {
  readonly element = svgElement("svg", {
    class: "espalier-schedule-legend",
    attributes: { "aria-hidden": "true", height: HEIGHT, "font-size": 10.5 },
  });

  /** Its left and right edges are those of the scrubber's first and last layer. */
  draw({ deaths, layers, layer, width, theme, translate: t }: LegendScene): void {
    setAttributes(this.element, { width, viewBox: `0 0 ${width} ${HEIGHT}`, fill: theme.secondary });
    this.element.replaceChildren();
    if (deaths === null) return;
    const counts = deathCounts(deaths, layers);
    const stays = counts[layers]!;
    const most = Math.max(1, ...counts.subarray(0, layers));
    const step = width / layers;
    const part = (attributes: Readonly<Record<string, string | number>>) =>
      this.element.append(svgElement("rect", { attributes }));
    for (let death = 0; death < layers; death++) {
      const height = 4 + (counts[death]! / most) * (BASE - TOP - 4);
      const x = death * step;
      const fill = deathColour(death, layers)!;
      part({ x, y: BASE - 4, width: Math.max(1, step), height: 4, fill });
      if (counts[death]! > 0)
        part({
          x: x + step * 0.1,
          y: BASE - height,
          width: Math.max(1, step * 0.8),
          height,
          fill,
          stroke: theme.axis,
          "stroke-width": step > 4 ? 0.75 : 0,
        });
    }
    part({ x: Math.min(width - 2, layer * step + step / 2 - 1), y: 0, width: 2, height: BASE, fill: theme.accent });
    const label = (text: string, attributes: Readonly<Record<string, string | number>>) =>
      this.element.append(svgElement("text", { text, attributes: { y: HEIGHT - 5, ...attributes } }));
    label("0", { x: 0 });
    label(t("patches gone, by layer; {count} stay", { count: stays }), { x: width / 2, "text-anchor": "middle" });
    label(String(layers - 1), { x: width, "text-anchor": "end" });
  }
}
