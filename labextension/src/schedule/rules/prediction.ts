/** What a schedule will cost, before it is evaluated. Free of the DOM. */
import type { CostPrediction } from "../../data/index.js";

/**
 * The mean normalised cost of kept shares, as `CostPrediction` says.
 *
 * @param shares [L].
 */
export function predictCost({ constant, linear, quadratic }: CostPrediction, shares: readonly number[]): number {
  let cost = constant;
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i]!;
    cost += (linear[i]! + quadratic[i]! * share) * share;
  }
  return cost;
}
