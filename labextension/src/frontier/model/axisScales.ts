/** The scales of the plot's axes: those of the static figures, over everything or over a part that was zoomed into. */
import { type AxisScale, divergenceScale, linearScale, logTicks } from "../../../../src/figures/browser.js";
import type { Axis } from "../../data/index.js";

/** Long columns are judged by some of their values, and by the outermost. */
const MOST_JUDGED = 2_000;
/** As the figures': below it a divergence says no more than "none". */
const NOISE = 1e-6;
const FEWEST_TICKS = 3;

/**
 * The scale over all values of an axis.
 *
 * @param ticks about as many.
 */
export function fullScale(axis: Axis, kind: "cost" | "metric", values: readonly number[], ticks: number): AxisScale {
  const share = axis.format === "percent" && values.every((value) => value <= 1);
  const limit: [number, number] = [
    share && values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY,
    share ? 1 : Number.POSITIVE_INFINITY,
  ];
  if (axis.scale === "log" || axis.scale === "symlog") return divergenceScale(values, axis.scale);
  if (kind === "metric" && axis.scale === "auto" && axis.format !== "percent") return divergenceScale(values);
  if (kind === "metric") return linearScale(values, { ticks, limit });
  // From zero, unless two fifths of the plot would stay empty, as in the static figures.
  const zero = least(values) < 0.4 * most(values);
  return linearScale(values, { ticks, limit, zero });
}

/** Some of a column's numbers that have the same extent as all of them. Numbers that are not finite are passed over. */
export function judged(column: Float64Array, length: number, counts: (i: number) => boolean): number[] {
  let [low, high, positive] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const some: number[] = [];
  const stride = Math.max(1, Math.floor(length / MOST_JUDGED));
  for (let i = 0; i < length; i++) {
    const value = column[i]!;
    if (!Number.isFinite(value) || !counts(i)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > NOISE && value < positive) positive = value;
    if (i % stride === 0) some.push(value);
  }
  for (const end of [low, high, positive]) if (Number.isFinite(end)) some.push(end);
  return some;
}

/** The same kind of scale over a part of it. */
export function partScale(full: AxisScale, domain: readonly [number, number], ticks: number): AxisScale {
  const [low, high] = domain;
  const inside = (list: readonly number[]) => list.filter((tick) => tick >= low && tick <= high);
  if (full.type !== "linear") {
    const found = inside(full.type === "log" || low > 0 ? logTicks(Math.max(low, Number.MIN_VALUE), high) : full.ticks);
    if (found.length >= FEWEST_TICKS) return { ...full, domain, ticks: found };
  }
  return { ...full, domain, ticks: inside(linearScale([low, high], { ticks, limit: [low, high] }).ticks) };
}

/** `toPixel` of a scale, prepared for many values. */
export function projection(scale: AxisScale, length: number): (value: number) => number {
  const { type, domain } = scale;
  const constant = scale.constant ?? 1;
  const transform = (value: number): number => {
    if (type === "log") return Math.log(Math.max(value, Number.MIN_VALUE));
    if (type === "symlog") return Math.sign(value) * Math.log1p(Math.abs(value / constant));
    return value;
  };
  const from = transform(domain[0]);
  const factor = length / (transform(domain[1]) - from);
  return (value) => (transform(value) - from) * factor;
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
