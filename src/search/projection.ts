/**
 * Projection of a schedule onto a budget: the executed counts that spend it, never more. Source: METHOD §6.
 *
 * A predictor meets its budget on average; here each sample is held to it exactly. All shares move together on the logit scale,
 * which keeps their order and their shape; what rounding leaves over is spent token by token.
 */
import { type CostModel, costInUnit, costRange, type TokenCounts, totalCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";

/** A schedule held to a budget. */
export interface Projection {
  /** [L] whole visual tokens per layer, non-increasing, `counts[0] = V`. */
  readonly counts: number[];
  /** Their cost in the model's unit; at most the budget. */
  readonly cost: number;
  /** The same before single tokens were added. */
  readonly beforeTopUp: { readonly counts: number[]; readonly cost: number };
  /** The shift δ on the logit scale; about 0 where the schedule had the right cost already. */
  readonly delta: number;
}

/** Shares are held this far from 0 and 1, so that a finite δ can move them: within ½ token of them for V < 500,000. */
const EDGE = 1e-6;
/** After this many halvings of an interval of about 60, δ is known to the last bit of its float64. */
const HALVINGS = 60;

/**
 * Executed counts for a budget.
 *
 * Layers i ≥ 1 get `floor(V·σ(logit r_i + δ) + ½)` with the largest δ that fits, found by bisection on the executed cost. Then
 * single tokens are added while one fits: among the layers that may take one (fewer tokens than the layer before: of a plateau
 * only the earliest), the layer whose real-valued share lies highest above its count, the earlier of equals. So nothing more
 * fits at the end: the unspent part is less than the cheapest legal addition.
 *
 * @param shares [L], a schedule; shares of exactly 0 or 1 move like any other. Rounding noise against the order is flattened.
 * @param budget in the model's unit, at least the floor (V tokens at layer 0, none after). More than the full cost prunes
 *   nothing.
 * @param tokens the sample's T and V; either may be 0.
 * @throws EspalierError when the budget is no number or below the floor, which the message names.
 *
 * @example
 * const shape = { layers: 4, hidden: 64, intermediate: 256, heads: 4, kvHeads: 2, headDim: 16, windows: [null, null, null, null] };
 * const cost = costModel("exact", shape);
 * const tokens = { text: 8, visual: 16 };
 * const budget = budgetCost(0.5, "normalised", cost, costRange(cost, tokens));
 * project([1, 0.9, 0.5, 0.1], budget, cost, tokens).counts; // → [16, 14, 8, 2]
 */
export function project(shares: ArrayLike<number>, budget: number, model: CostModel, tokens: TokenCounts): Projection {
  const { text, visual } = tokens;
  const layers = shares.length;
  const floor = totalCost(model, floorCounts(layers, visual), text);
  // A budget that was converted from another unit may miss the floor by rounding.
  if (!(budget >= floor - 1e-9 * floor)) throw belowFloor(budget, floor, model, tokens);
  const limit = Math.max(budget, floor);

  const logits = shareLogits(shares);
  const countsAt = (delta: number): number[] => {
    const counts = new Array<number>(layers);
    let most = visual;
    for (let i = 0; i < layers; i++) {
      if (i > 0) most = Math.min(most, Math.floor(visual * sigmoid(logits[i] + delta) + 0.5));
      counts[i] = most;
    }
    return counts;
  };

  // Far enough that every layer i ≥ 1 has 0 tokens at −reach and V at +reach.
  const reach = -Math.log(EDGE) + Math.log(2 * visual + 1) + 2;
  let low = -reach;
  let high = reach;
  let counts = countsAt(high);
  if (totalCost(model, counts, text) <= limit) {
    low = high;
  } else {
    counts = countsAt(low);
    for (let step = 0; step < HALVINGS; step++) {
      const middle = (low + high) / 2;
      const candidate = countsAt(middle);
      if (totalCost(model, candidate, text) <= limit) {
        low = middle;
        counts = candidate;
      } else {
        high = middle;
      }
    }
  }
  const beforeTopUp = { counts, cost: totalCost(model, counts, text) };
  const real = Float64Array.from(logits, (logit) => visual * sigmoid(logit + low));
  const topped = topUp(counts, real, limit, model, text);
  return { counts: topped, cost: totalCost(model, topped, text), beforeTopUp, delta: low };
}

/**
 * Adds single tokens while one fits. A layer that has once been too expensive stays so, because its next token costs the same
 * and the rest only shrinks; so each round adds a token or closes a layer. After the bisection about one token per layer fits.
 */
function topUp(start: readonly number[], real: Float64Array, limit: number, model: CostModel, text: number): number[] {
  const counts = [...start];
  const costs = Float64Array.from(counts, (count, i) => model.layer(i, text + count).value);
  const closed = new Uint8Array(counts.length);
  for (;;) {
    let best = -1;
    for (let i = 1; i < counts.length; i++) {
      if (closed[i] || counts[i] >= counts[i - 1]) continue;
      if (best < 0 || real[i] - counts[i] > real[best] - counts[best]) best = i;
    }
    if (best < 0) return counts;
    const before = costs[best];
    costs[best] = model.layer(best, text + counts[best] + 1).value;
    // Summed anew, in the order of `totalCost`: a running difference would collect rounding.
    if (costs.reduce((sum, cost) => sum + cost, 0) <= limit) {
      counts[best]++;
    } else {
      costs[best] = before;
      closed[best] = 1;
    }
  }
}

/** Finite, non-increasing logits of the shares; entry 0 is not used. */
function shareLogits(shares: ArrayLike<number>): Float64Array {
  const logits = new Float64Array(shares.length);
  let most = 1 - EDGE;
  for (let i = 1; i < shares.length; i++) {
    most = Math.max(EDGE, Math.min(most, shares[i]));
    logits[i] = Math.log(most) - Math.log1p(-most);
  }
  return logits;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function floorCounts(layers: number, visual: number): Float64Array {
  const counts = new Float64Array(layers);
  counts[0] = visual;
  return counts;
}

function belowFloor(budget: number, floor: number, model: CostModel, tokens: TokenCounts): EspalierError {
  const share = costInUnit(floor, "share", model, costRange(model, tokens));
  return new EspalierError(
    `A budget of ${budget} ${model.unit} is below the floor of ${floor} ${model.unit} (${Number(share.toPrecision(4))} of the ` +
      `full cost) for a sample of ${tokens.text} text and ${tokens.visual} visual tokens: layer 0 always sees every visual ` +
      "token. Ask for at least the floor.",
  );
}
