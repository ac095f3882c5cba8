/** The certificate: what one token more or less is worth at each layer, under the same layers as the bars (METHOD §9). */
import { type AxisScale, linearScale } from "../../../../src/figures/browser.js";
import { formatNumber, shorten, svgElement } from "../../core/index.js";
import type { CertificateSide } from "../../data/index.js";
import { layerNumbers, text } from "./axes.js";
import { centreX, priceY } from "./layout.js";
import { barColour, type ChartScene } from "./scene.js";

type Attributes = Readonly<Record<string, string | number>>;

/** Full bars for more and hollow ones for less, so that they are told apart by more than colour. */
export function drawPrices(scene: ChartScene): SVGGElement {
  const { layout, theme, certificate, translate: t } = scene;
  const group = svgElement("g", { attributes: { "aria-hidden": "true", "font-size": 10.5, fill: theme.secondary } });
  if (certificate === null || layout.prices === null) return group;
  const { more, less } = certificate;
  const scale = linearScale([0, ...finite(more), ...finite(less)], { ticks: 4 });
  const { top, bottom } = layout.prices;
  group.append(...drawTitle(scene, top - 14));
  for (const tick of scale.ticks) {
    const y = Math.round(priceY(layout, scale, tick)) + 0.5;
    const stroke = tick === 0 ? theme.axis : theme.grid;
    group.append(svgElement("line", { attributes: { x1: layout.left, x2: layout.right, y1: y, y2: y, stroke } }));
    group.append(text(formatNumber(tick, 3), { x: layout.left - 6, y: y + 3.5, "text-anchor": "end" }));
  }
  const width = layout.step * 0.36;
  const stroke = lessColour(scene);
  const outline = Math.min(1.3, width / 4);
  group.append(
    bars(scene, scale, more, -width - 0.5, width, { fill: barColour(scene) }),
    bars(scene, scale, less, 0.5, width, { fill: theme.page, stroke, "stroke-width": outline }),
  );
  const whiskers = { stroke: theme.text, "stroke-width": Math.min(1.2, width / 3), fill: "none" };
  group.append(svgElement("path", { attributes: { ...whiskers, d: intervals(scene, scale, more, -width / 2 - 0.5) } }));
  group.append(svgElement("path", { attributes: { ...whiskers, d: intervals(scene, scale, less, width / 2 + 0.5) } }));
  group.append(...layerNumbers(layout, bottom));
  // That of the shares above is the same axis, but far off.
  group.append(
    text(t("Layer →"), { x: layout.right, y: bottom + 29, "text-anchor": "end", fill: theme.text, "font-size": 11 }),
  );
  return group;
}

function drawTitle(scene: ChartScene, y: number): SVGElement[] {
  const { layout, theme, certified, translate: t } = scene;
  const title = text(t("↑ Nats that a unit of cost buys"), { x: 4, y, fill: theme.text, "font-size": 11 });
  const swatch = (x: number, attributes: Attributes) =>
    svgElement("rect", { attributes: { x, y: y - 8, width: 9, height: 9, ...attributes } });
  const key = layout.width < 460 ? y + 0 : y;
  const at = layout.width < 460 ? layout.right - 96 : 210;
  const parts: SVGElement[] = [
    title,
    swatch(at, { fill: barColour(scene) }),
    text(t("more"), { x: at + 13, y: key }),
    swatch(at + 50, { fill: theme.page, stroke: lessColour(scene), "stroke-width": 1.3 }),
    text(t("less"), { x: at + 63, y: key }),
  ];
  if (layout.width >= 460)
    parts.push(text(t("at {schedule}", { schedule: shorten(certified, 40) }), { x: at + 100, y: key }));
  return parts;
}

function lessColour({ theme }: ChartScene): string {
  if (theme.forced) return theme.text;
  return theme.dark ? "#f07d2a" : "#d55e00";
}

function bars(
  { layout }: ChartScene,
  scale: AxisScale,
  side: CertificateSide,
  from: number,
  width: number,
  attributes: Attributes,
): SVGElement {
  const zero = priceY(layout, scale, 0).toFixed(1);
  let d = "";
  side.price.forEach((price, layer) => {
    if (!Number.isFinite(price)) return;
    const x = (centreX(layout, layer) + from).toFixed(2);
    d += `M${x} ${zero}V${priceY(layout, scale, price).toFixed(1)}h${width.toFixed(2)}V${zero}Z`;
  });
  return svgElement("path", { attributes: { d, ...attributes } });
}

function intervals({ layout }: ChartScene, scale: AxisScale, { low, high }: CertificateSide, from: number): string {
  let d = "";
  low.forEach((value, layer) => {
    if (!Number.isFinite(value) || !Number.isFinite(high[layer])) return;
    const x = (centreX(layout, layer) + from).toFixed(2);
    d += `M${x} ${priceY(layout, scale, value).toFixed(1)}V${priceY(layout, scale, high[layer]!).toFixed(1)}`;
  });
  return d;
}

function finite({ price, low, high }: CertificateSide): number[] {
  return [...price, ...low, ...high].filter(Number.isFinite);
}
