/** Where things stand in the chart. Free of the DOM; all in pixels. */
import { type AxisScale, toPixel } from "../../../../src/figures/browser.js";

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly layers: number;
  /** Of the plot: bars and prices share left and right. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Between the left edges of two layers. */
  readonly step: number;
  /** Width of a bar. */
  readonly bar: number;
  /** Layers that have a number below. */
  readonly ticks: readonly number[];
  /** Room right of the plot for names of lines; 0 where there is none. */
  readonly names: number;
  /** Of the plot of prices; null where there are none. */
  readonly prices: { readonly top: number; readonly bottom: number } | null;
}

export interface LayoutOptions {
  readonly layers: number;
  readonly width: number;
  readonly prices: boolean;
  /** Whether lines have names that should stand beside them. */
  readonly names: boolean;
  /** Above the plot, for a title; 0 unless told. */
  readonly header?: number;
}

const PLOT = 210;
const PRICES = 110;
/** Narrower, names are left to the list of schedules. */
const ROOM_FOR_NAMES = 520;
/** Pixels between two numbers of layers. */
const BETWEEN_NUMBERS = 24;

export function chartLayout({ layers, width: wanted, prices, names, header = 0 }: LayoutOptions): ChartLayout {
  const width = Math.max(240, wanted);
  const nameRoom = names && width >= ROOM_FOR_NAMES ? Math.min(200, Math.round(width * 0.24)) : 0;
  const left = 42;
  const right = width - Math.max(12, nameRoom);
  const step = (right - left) / layers;
  const top = header + 40;
  const bottom = top + PLOT;
  const priceTop = bottom + 66;
  return {
    width,
    height: prices ? priceTop + PRICES + 36 : bottom + 38,
    layers,
    left,
    right,
    top,
    bottom,
    step,
    bar: step > 6 ? step * 0.82 : step > 3 ? step - 1 : step,
    ticks: layerTicks(layers, right - left),
    names: nameRoom,
    prices: prices ? { top: priceTop, bottom: priceTop + PRICES } : null,
  };
}

/** The left edge of a layer's bar. */
export function barX({ left, step, bar }: ChartLayout, layer: number): number {
  return left + layer * step + (step - bar) / 2;
}

export function centreX({ left, step }: ChartLayout, layer: number): number {
  return left + (layer + 0.5) * step;
}

export function shareY({ top, bottom }: ChartLayout, share: number): number {
  return bottom - share * (bottom - top);
}

/** The layer at a place, the nearest one outside the plot. */
export function layerAt({ left, step, layers }: ChartLayout, x: number): number {
  return Math.min(layers - 1, Math.max(0, Math.floor((x - left) / step)));
}

/** The share at a place, brought into 0 … 1 and to a tenth of a percent. */
export function shareAt({ top, bottom }: ChartLayout, y: number): number {
  const share = (bottom - y) / (bottom - top);
  return Math.min(1, Math.max(0, Math.round(share * 1_000) / 1_000));
}

/** A step line through shares, over the whole width of every layer. */
export function stepPath(layout: ChartLayout, shares: readonly number[]): string {
  let path = "";
  shares.forEach((share, layer) => {
    const y = shareY(layout, share).toFixed(1);
    const x = layout.left + layer * layout.step;
    path += `${layer === 0 ? "M" : "L"}${x.toFixed(1)} ${y}H${(x + layout.step).toFixed(1)}`;
  });
  return path;
}

/** A price's place. */
export function priceY({ prices }: ChartLayout, scale: AxisScale, price: number): number {
  const { top, bottom } = prices!;
  return bottom - toPixel(scale, price, bottom - top);
}

/** Moves labels apart so that none stands on another, within bounds. @param wanted sorted or not; the order is kept. */
export function spreadApart(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  let next = top;
  for (const i of order) {
    placed[i] = Math.max(wanted[i]!, next);
    next = placed[i]! + gap;
  }
  next = bottom;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, next);
    next = placed[i]! - gap;
  }
  return placed;
}

function layerTicks(layers: number, width: number): number[] {
  const most = Math.max(2, Math.floor(width / BETWEEN_NUMBERS));
  const step = [1, 2, 4, 5, 10, 20, 50, 100].find((one) => layers / one <= most) ?? Math.ceil(layers / most);
  return Array.from({ length: Math.ceil(layers / step) }, (_, i) => i * step);
}
