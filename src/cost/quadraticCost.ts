/** A schedule's mean cost over samples as a function of its shares that can be worked out anywhere, in a browser for example. */
import { type BudgetUnit, costRange } from "./budget.js";
import type { CostModel, TokenCounts } from "./costModel.js";

/** Cost of shares s: `constant + Σ linear[i]·s[i] + quadratic[i]·s[i]²`. */
export interface QuadraticCost {
  readonly constant: number;
  /** [L] */
  readonly linear: readonly number[];
  /** [L] */
  readonly quadratic: readonly number[];
}

/** A budget's unit, or the model's own. */
export type PredictedUnit = Exclude<BudgetUnit, "kvBytes" | "ms"> | "absolute";

/**
 * The mean over samples of a schedule's cost, for shares that are the same for every sample (METHOD §2).
 *
 * A layer's cost is quadratic in its tokens, so three of its values determine it; where a sliding window bends it, the curve
 * through none, half and all of the visual tokens stands for it. Counts are not rounded to whole tokens.
 *
 * @param tokens of each sample, one at least. Samples in which nothing can be pruned cost 1, relative to what can.
 * @param unit default normalised.
 *
 * @example
 * const formula = quadraticCost(cost, [{ text: 40, visual: 256 }, { text: 52, visual: 144 }]);
 * predictCost(formula, [1, 1, 0.5, 0.25]); // mean normalised cost of the two samples, without running anything
 */
export function quadraticCost(
  model: CostModel,
  tokens: readonly TokenCounts[],
  unit: PredictedUnit = "normalised",
): QuadraticCost {
  const { layers } = model;
  let constant = 0;
  const linear = new Array<number>(layers).fill(0);
  const quadratic = new Array<number>(layers).fill(0);
  for (const sample of tokens) {
    const [origin, end] = endsOf(unit, model, sample);
    const range = end - origin;
    if (range === 0) {
      constant += 1;
      continue;
    }
    constant -= origin / range;
    for (let i = 0; i < layers; i++) {
      const [none, half, all] = [0, 0.5, 1].map((share) => model.layer(i, sample.text + share * sample.visual).value);
      const curve = 2 * (all - 2 * half + none);
      constant += none / range;
      quadratic[i] += curve / range;
      linear[i] += (all - none - curve) / range;
    }
  }
  const mean = (value: number) => value / tokens.length;
  return { constant: mean(constant), linear: linear.map(mean), quadratic: quadratic.map(mean) };
}

/** The costs that are 0 and 1 in a unit. */
function endsOf(unit: PredictedUnit, model: CostModel, sample: TokenCounts): [number, number] {
  if (unit === "absolute") return [0, 1];
  const { floor, full, textOnly } = costRange(model, sample);
  return [{ normalised: floor, share: 0, textOnly }[unit], full];
}

/**
 * The cost of shares. @param shares [L], 0 … 1.
 *
 * @example
 * const predicted = predictCost(study.costPrediction(), [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
 */
export function predictCost({ constant, linear, quadratic }: QuadraticCost, shares: readonly number[]): number {
  return shares.reduce((sum, share, i) => sum + share * (linear[i] + share * quadratic[i]), constant);
}
