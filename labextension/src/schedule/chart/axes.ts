/** Axes of the bars: shares upwards, layers to the right. */
import { svgElement } from "../../core/index.js";
import { centreX, shareY } from "./layout.js";
import type { ChartScene } from "./scene.js";

const SHARES = [0, 0.25, 0.5, 0.75, 1];

export function drawAxes({ layout, theme, translate: t }: ChartScene): SVGGElement {
  const group = svgElement("g", { attributes: { "aria-hidden": "true", "font-size": 10.5, fill: theme.secondary } });
  const { left, right, top, bottom } = layout;
  group.append(text(t("↑ Visual tokens kept"), { x: 4, y: top - 26, fill: theme.text, "font-size": 11 }));
  for (const share of SHARES) {
    const y = Math.round(shareY(layout, share)) + 0.5;
    const stroke = share === 0 ? theme.axis : theme.grid;
    group.append(svgElement("line", { attributes: { x1: left, x2: right, y1: y, y2: y, stroke } }));
    group.append(text(`${share * 100} %`, { x: left - 6, y: y + 3.5, "text-anchor": "end" }));
  }
  group.append(...layerNumbers(layout, bottom));
  group.append(
    text(t("Layer →"), { x: right, y: bottom + 31, "text-anchor": "end", fill: theme.text, "font-size": 11 }),
  );
  return group;
}

/** Numbers of layers below a plot. */
export function layerNumbers(layout: ChartScene["layout"], bottom: number): SVGTextElement[] {
  return layout.ticks.map((layer) =>
    text(String(layer), { x: centreX(layout, layer), y: bottom + 15, "text-anchor": "middle" }),
  );
}

export function text(content: string, attributes: Readonly<Record<string, string | number>>): SVGTextElement {
  return svgElement("text", { text: content, attributes });
}
