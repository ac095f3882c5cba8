/** What a decoder layer costs as a function of the tokens it sees. Source: METHOD §2. */

/** The sizes of a decoder that its cost depends on. Plain data, from a checkpoint's configuration. */
export interface DecoderShape {
  /** L, decoder layers. */
  readonly layers: number;
  /** H, width of the hidden states. */
  readonly hidden: number;
  /** I, width of the MLP. */
  readonly intermediate: number;
  /** h, query heads. */
  readonly heads: number;
  /** h_kv, key/value heads. */
  readonly kvHeads: number;
  /** d, width of one head; h·d may differ from H. */
  readonly headDim: number;
  /** Per layer the sliding window in tokens, or null for full attention, [L]. */
  readonly windows: readonly (number | null)[];
}

/** A sample's size: prompt text tokens T and visual tokens V before pruning. */
export interface TokenCounts {
  /** T. */
  readonly text: number;
  /** V. */
  readonly visual: number;
}

/**
 * The names of the cost models; the first is the default.
 *
 * @example
 * COST_NAMES; // → ["exact", "paper", "kvBytes", "latency"]
 */
export const COST_NAMES = ["exact", "paper", "kvBytes", "latency"] as const;
/** The name of a cost model; one of `COST_NAMES`. */
export type CostName = (typeof COST_NAMES)[number];

/** A layer's cost at some n, and its derivative with respect to n. */
export interface LayerCost {
  readonly value: number;
  readonly derivative: number;
}

/**
 * A cost per layer, non-decreasing in the number of tokens.
 *
 * Costs are added over layers; nothing but `layer` knows a formula, so a measured cost fits the same interface.
 */
export interface CostModel {
  readonly name: CostName;
  /** Unit of every value, for display: "MACs", "bytes" or "ms". */
  readonly unit: string;
  /** L. */
  readonly layers: number;
  /**
   * Cost of layer `i` with `n` tokens, text and visual together.
   *
   * @param i 0 … L−1.
   * @param n ≥ 0; fractional in training, whole when executed.
   */
  layer(i: number, n: number): LayerCost;
}

/**
 * Cost of a whole schedule: the sum over layers of `layer(i, text + counts[i])`.
 *
 * @param counts [L] visual tokens per layer, whole or fractional.
 * @param text T, text tokens; they pass every layer.
 *
 * @example
 * const shape = { layers: 4, hidden: 64, intermediate: 256, heads: 4, kvHeads: 2, headDim: 16, windows: [null, null, null, null] };
 * totalCost(costModel("kvBytes", shape), [16, 16, 4, 0], 8); // → 8704
 */
export function totalCost(model: CostModel, counts: ArrayLike<number>, text: number): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += model.layer(i, text + counts[i]).value;
  return total;
}
