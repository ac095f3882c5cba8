/** What one wants to know of many numbers at a glance. */
import { formatNumber } from "./arrayPreview.js";

export interface NumberStatistics {
  /** Of the finite values; NaN where there is none. */
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly nan: number;
  /** Infinities of both signs. */
  readonly inf: number;
}

export function statisticsOf(values: ArrayLike<number>): NumberStatistics {
  let [min, max, sum, nan, inf] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    } else if (Number.isNaN(value)) nan++;
    else inf++;
  }
  const finite = values.length - nan - inf;
  if (finite === 0) return { min: Number.NaN, mean: Number.NaN, max: Number.NaN, nan, inf };
  return { min, mean: sum / finite, max, nan, inf };
}

/** In one line: `min 0   mean 0.5   max 1   NaN 2   Inf 0`. */
export function formatStatistics({ min, mean, max, nan, inf }: NumberStatistics): string {
  const parts = [["min", min] as const, ["mean", mean] as const, ["max", max] as const];
  return [...parts.map(([name, value]) => `${name} ${formatNumber(value)}`), `NaN ${nan}`, `Inf ${inf}`].join("   ");
}
