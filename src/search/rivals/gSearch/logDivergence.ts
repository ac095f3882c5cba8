/**
 * The scale on which divergences are modelled: standardised logarithms. Divergences fall over orders of magnitude as the cost
 * rises, which no stationary process follows.
 */

export interface LogDivergence {
  /** [n], mean 0 and variance 1 (all 0 where the divergences are equal). */
  readonly values: Float64Array;
  /** Nats added before the logarithm: a thousandth of the largest divergence, so that 0 has one. */
  readonly shift: number;
  /** Mean and deviation of the logarithms. */
  readonly mean: number;
  readonly deviation: number;
}

const SHIFT = 1e-3;
/** Divergences all 0, of a model that does not look at the picture, are shifted by this. */
const LEAST_SHIFT = 1e-12;

/** @param divergences [n] nats, n ≥ 1; those below 0 (rounding) count as 0. */
export function logDivergence(divergences: readonly number[]): LogDivergence {
  const shift = Math.max(LEAST_SHIFT, SHIFT * divergences.reduce((most, d) => Math.max(most, d), 0));
  const logs = Float64Array.from(divergences, (d) => Math.log(Math.max(0, d) + shift));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length) || 1;
  return { values: logs.map((log) => (log - mean) / deviation), shift, mean, deviation };
}
