/** The certificate: what one token more or less is worth at each layer, under the same layers as the bars (METHOD §9). */
import { type AxisScale, linearScale } from "../../../../src/figures/browser.js";
import { formatNumber, shorten, svgElement } from "../../core/index.js";
import type { CertificateSide } from "../../data/index.js";
import { layerNumbers, text } from "./axes.js";
import { centreX, priceY } from "./layout.js";
import { barColour, type ChartScene, lessColour } from "./scene.js";

/** Pixels a layer that two bars need. */
const ROOM_FOR_BARS = 5;

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
  group.append(...(layout.step < ROOM_FOR_BARS ? thinPrices(scene, scale) : widePrices(scene, scale)));
  group.append(...layerNumbers(layout, bottom));
  // That of the shares above is the same axis, but far off.
  group.append(
    text(t("Layer →"), { x: layout.right, y: bottom + 29, "text-anchor": "end", fill: theme.text, "font-size": 11 }),
  );
  return group;
}

function widePrices(scene: ChartScene, scale: AxisScale): SVGElement[] {
  const { layout, theme, certificate } = scene;
  const { more, less } = certificate!;
  const width = layout.step * 0.36;
  const outline = { fill: theme.page, stroke: lessColour(scene), "stroke-width": Math.min(1.3, width / 4) };
  const whiskers = { stroke: theme.text, "stroke-width": Math.min(1.2, width / 3), fill: "none" };
  const absent = crosses(scene, more, -width / 2, width) + crosses(scene, less, width / 2, width);
  return [
    path(bars(scene, scale, more, -width - 0.5, width), { fill: barColour(scene) }),
    path(bars(scene, scale, less, 0.5, width), outline),
    path(intervals(scene, scale, more, -width / 2 - 0.5), whiskers),
    path(intervals(scene, scale, less, width / 2 + 0.5), whiskers),
    path(absent, { stroke: theme.secondary, fill: "none" }),
  ];
}

/** Where bars would run into one another: lines, with bands for intervals. */
function thinPrices(scene: ChartScene, scale: AxisScale): SVGElement[] {
  const { certificate } = scene;
  const { more, less } = certificate!;
  const [full, hollow] = [barColour(scene), lessColour(scene)];
  return [
    path(band(scene, scale, more), { fill: full, "fill-opacity": 0.22 }),
    path(band(scene, scale, less), { fill: hollow, "fill-opacity": 0.16 }),
    path(line(scene, scale, more.price), { fill: "none", stroke: full, "stroke-width": 2 }),
    path(line(scene, scale, less.price), {
      fill: "none",
      stroke: hollow,
      "stroke-width": 1.5,
      "stroke-dasharray": "4 2",
    }),
  ];
}

function path(d: string, attributes: Attributes): SVGElement {
  return svgElement("path", { attributes: { d, ...attributes } });
}

function drawTitle(scene: ChartScene, y: number): SVGElement[] {
  const { layout, theme, certified, translate: t } = scene;
  const title = text(t("↑ Nats that a unit of cost buys"), { x: 4, y, fill: theme.text, "font-size": 11 });
  const swatch = (x: number, attributes: Attributes) =>
    svgElement("rect", { attributes: { x, y: y - 8, width: 9, height: 9, ...attributes } });
  const at = layout.width < 460 ? layout.right - 96 : 210;
  const parts: SVGElement[] = [
    title,
    swatch(at, { fill: barColour(scene) }),
    text(t("more"), { x: at + 13, y }),
    swatch(at + 50, { fill: theme.page, stroke: lessColour(scene), "stroke-width": 1.3 }),
    text(t("less"), { x: at + 63, y }),
  ];
  if (layout.width >= 460)
    parts.push(text(t("at {schedule}", { schedule: shorten(certified, 40) }), { x: at + 100, y }));
  return parts;
}

function bars({ layout }: ChartScene, scale: AxisScale, side: CertificateSide, from: number, width: number): string {
  const zero = priceY(layout, scale, 0).toFixed(1);
  let d = "";
  side.price.forEach((price, layer) => {
    if (!Number.isFinite(price)) return;
    const x = (centreX(layout, layer) + from).toFixed(2);
    d += `M${x} ${zero}V${priceY(layout, scale, price).toFixed(1)}h${width.toFixed(2)}V${zero}Z`;
  });
  return d;
}

/** Through the prices; broken where a layer has none. */
function line({ layout }: ChartScene, scale: AxisScale, price: Float64Array): string {
  let d = "";
  price.forEach((one, layer) => {
    if (!Number.isFinite(one)) return;
    const start = layer === 0 || !Number.isFinite(price[layer - 1]);
    d += `${start ? "M" : "L"}${centreX(layout, layer).toFixed(1)} ${priceY(layout, scale, one).toFixed(1)}`;
  });
  return d;
}

/** Intervals side by side, one rectangle a layer. */
function band({ layout }: ChartScene, scale: AxisScale, { low, high }: CertificateSide): string {
  let d = "";
  low.forEach((from, layer) => {
    if (!Number.isFinite(from) || !Number.isFinite(high[layer])) return;
    const x = layout.left + layer * layout.step;
    d += `M${x.toFixed(2)} ${priceY(layout, scale, from).toFixed(1)}V${priceY(layout, scale, high[layer]!).toFixed(1)}h${layout.step.toFixed(2)}V${priceY(layout, scale, from).toFixed(1)}Z`;
  });
  return d;
}

/** Crosses where no sample allows a change, but for layer 0, which allows none ever. */
function crosses({ layout }: ChartScene, { price }: CertificateSide, from: number, width: number): string {
  const size = Math.min(3, width / 2);
  const y = layout.prices!.bottom - 7;
  let d = "";
  price.forEach((one, layer) => {
    if (layer === 0 || Number.isFinite(one)) return;
    const x = centreX(layout, layer) + from;
    d += `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}`;
  });
  return d;
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
