/** The part of the plot that is looked at. */
import { type AxisScale, fromPixel, toPixel } from "../../../../src/figures/browser.js";

export interface Zoom {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** In pixels of the plot, y downwards, corners in any order. */
export interface Rectangle {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Plot {
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly width: number;
  readonly height: number;
}

/** A drag of fewer pixels is a click. */
export const SHORTEST_BRUSH = 5;

/** What a rectangle spans; null where it is too thin to be meant. */
export function zoomOf(plot: Plot, { x0, y0, x1, y1 }: Rectangle): Zoom | null {
  const across = [clamp(Math.min(x0, x1), plot.width), clamp(Math.max(x0, x1), plot.width)] as const;
  const up = [plot.height - clamp(Math.max(y0, y1), plot.height), plot.height - clamp(Math.min(y0, y1), plot.height)];
  if (across[1] - across[0] < SHORTEST_BRUSH || up[1]! - up[0]! < SHORTEST_BRUSH) return null;
  return {
    x: [fromPixel(plot.x, across[0], plot.width), fromPixel(plot.x, across[1], plot.width)],
    y: [fromPixel(plot.y, up[0]!, plot.height), fromPixel(plot.y, up[1]!, plot.height)],
  };
}

/**
 * Nearer or farther by a factor, about a point that keeps its place.
 *
 * @param full the whole plot: beyond it there is nothing.
 * @returns null for the whole.
 */
export function zoomAbout(plot: Plot, full: Plot, at: readonly [number, number], factor: number): Zoom | null {
  const x = scaled(plot.x, full.x, at[0], plot.width, factor);
  const y = scaled(plot.y, full.y, plot.height - at[1], plot.height, factor);
  return isWhole(x, full.x) && isWhole(y, full.y) ? null : { x, y };
}

/** Moves the part by so many pixels, and no farther than there is something. */
export function panned(plot: Plot, full: Plot, across: number, up: number): Zoom {
  return { x: shifted(plot.x, full.x, across, plot.width), y: shifted(plot.y, full.y, up, plot.height) };
}

/** The least part of the whole that can be looked at. */
const CLOSEST = 1 / 5_000;

function scaled(part: AxisScale, full: AxisScale, at: number, length: number, factor: number): [number, number] {
  const [low, high] = [at - at * factor, at + (length - at) * factor].map((end) => onFull(part, full, end, length)) as [
    number,
    number,
  ];
  if (high - low < length * CLOSEST) return [...part.domain];
  return [fromPixel(full, Math.max(0, low), length), fromPixel(full, Math.min(length, high), length)];
}

function shifted(part: AxisScale, full: AxisScale, by: number, length: number): [number, number] {
  const [low, high] = [0, length].map((end) => onFull(part, full, end, length)) as [number, number];
  const wanted = (by * (high - low)) / length;
  const possible = Math.max(-low, Math.min(length - high, wanted));
  return [fromPixel(full, low + possible, length), fromPixel(full, high + possible, length)];
}

/** A pixel of the part as a pixel of the whole. */
function onFull(part: AxisScale, full: AxisScale, pixel: number, length: number): number {
  return toPixel(full, fromPixel(part, pixel, length), length);
}

function isWhole([low, high]: readonly [number, number], full: AxisScale): boolean {
  const slack = 1e-6;
  return toPixel(full, low, 1) < slack && toPixel(full, high, 1) > 1 - slack;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
