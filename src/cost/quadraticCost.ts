/** A schedule's mean cost over samples as a function of its shares that can be worked out anywhere, in a browser for example. */
import { costRange } from "./budget.js";
import type { CostModel, TokenCounts } from "./costModel.js";

/** Normalised cost of shares s: `constant + Σ linear[i]·s[i] + quadratic[i]·s[i]²`. */
export interface QuadraticCost {
  readonly constant: number;
  /** [L] */
  readonly linear: readonly number[];
  /** [L] */
  readonly quadratic: readonly number[];
}

/**
 * The mean over samples of a schedule's normalised cost, for shares that are the same for every sample (METHOD §2).
 *
 * A layer's cost is quadratic in its tokens, so three of its values determine it; where a sliding window bends it, the curve
 * through none, half and all of the visual tokens stands for it. Counts are not rounded to whole tokens.
 *
 * @param tokens of each sample, one at least. Samples in which nothing can be pruned cost 1.
 */
export function quadraticCost(model: CostModel, tokens: readonly TokenCounts[]): QuadraticCost {
  const { layers } = model;
  let constant = 0;
  const linear = new Array<number>(layers).fill(0);
  const quadratic = new Array<number>(layers).fill(0);
  for (const sample of tokens) {
    const { floor, full } = costRange(model, sample);
    if (full === floor) {
      constant += 1;
      continue;
    }
    const range = full - floor;
    constant -= floor / range;
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

/** The cost of shares. @param shares [L], 0 … 1. */
export function predictCost({ constant, linear, quadratic }: QuadraticCost, shares: readonly number[]): number {
  return shares.reduce((sum, share, i) => sum + share * (linear[i] + share * quadratic[i]), constant);
}
