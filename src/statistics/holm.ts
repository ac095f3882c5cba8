/** Holm's adjustment of p-values for several comparisons at once. Source: METHOD §9; Holm 1979. */
import { EspalierError } from "../errors.js";

/**
 * Step-down adjusted p-values: reject those at most α, and the chance of any wrong rejection is at most α, whatever the
 * dependence between the comparisons.
 *
 * @param pValues one per comparison, each in [0, 1]; empty gives an empty list.
 * @returns in the order given, each at least its p-value and at most 1.
 * @throws EspalierError for a value outside [0, 1] or NaN.
 *
 * @example
 * holm([0.01, 0.04, 0.03]); // → [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  for (const [i, p] of pValues.entries()) {
    if (!(p >= 0 && p <= 1)) throw new EspalierError(`The p-value of comparison ${i} is ${p}; it must be from 0 to 1.`);
  }
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[i]));
    adjusted[i] = largest;
  }
  return adjusted;
}
