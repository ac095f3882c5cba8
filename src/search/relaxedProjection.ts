/**
 * The projection of METHOD §6 in training: shares moved onto their budget, differentiably.
 *
 * At inference every schedule is shifted on the logit scale until it costs its budget. Training through the same shift means
 * that divergence is always measured at the budget that will be executed, and that no multiplier has to be found first.
 */
import { type CostModel, totalCost } from "../cost/index.js";

/** Shares are held this far from 0 and 1 before they are moved; beyond it no gradient flows. */
const EDGE = 1e-5;
const HALVINGS = 50;
const REACH = 40;

export interface RelaxedProjection {
  /** [L] fractional shares whose relaxed cost is the budget; `shares[0]` is 1. */
  readonly shares: Float64Array;
  /** Gradient with respect to the shares before the projection, given that with respect to the shares after it; [L]. */
  backward(gradient: ArrayLike<number>): Float64Array;
}

/**
 * @param shares [L] from a kernel function.
 * @param budget in the cost model's unit, between floor and full cost.
 */
export function relaxedProjection(
  shares: ArrayLike<number>,
  budget: number,
  cost: CostModel,
  tokens: { readonly text: number; readonly visual: number },
): RelaxedProjection {
  const layers = shares.length;
  const clipped = Float64Array.from(shares, (share) => Math.min(1 - EDGE, Math.max(EDGE, share)));
  const logits = clipped.map((share) => Math.log(share) - Math.log1p(-share));
  const at = (delta: number): Float64Array =>
    logits.map((logit, i) => (i === 0 ? 1 : 1 / (1 + Math.exp(-(logit + delta)))));
  const costAt = (moved: Float64Array) =>
    totalCost(
      cost,
      moved.map((share) => share * tokens.visual),
      tokens.text,
    );
  let low = -REACH;
  let high = REACH;
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (costAt(at(middle)) <= budget) low = middle;
    else high = middle;
  }
  const moved = at(low);
  return {
    shares: moved,
    backward(gradient) {
      // r' = σ(l + δ), Σ c·dr' = 0: the shift takes back the part of every change that would cost something.
      const width = moved.map((share, i) => (i === 0 ? 0 : share * (1 - share)));
      const price = moved.map((share, i) => cost.layer(i, tokens.text + share * tokens.visual).derivative);
      let spent = 0;
      let wanted = 0;
      for (let i = 1; i < layers; i++) {
        spent += price[i] * width[i];
        wanted += gradient[i] * width[i];
      }
      const worth = spent > 0 ? wanted / spent : 0;
      return Float64Array.from(moved, (_, i) => {
        if (i === 0 || shares[i] <= EDGE || shares[i] >= 1 - EDGE) return 0;
        return ((gradient[i] - worth * price[i]) * width[i]) / (clipped[i] * (1 - clipped[i]));
      });
    },
  };
}
