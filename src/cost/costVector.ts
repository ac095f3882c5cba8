/** The cost of an executed schedule in every unit at once. Source: METHOD §2. */
import { costRange, toNormalised } from "./budget.js";
import { type CostName, type DecoderShape, type TokenCounts, totalCost } from "./costModel.js";
import { type CostOptions, costModel } from "./costModels.js";

/** The decoder's prompt pass (and its cache) for executed counts; what runs beside the decoder is in `residualCosts`. */
export interface CostVector {
  /** The paper's multiply-accumulates (METHOD §2). */
  readonly paperMacs: number;
  /** Exact multiply-accumulates of the decoder's layers. */
  readonly exactMacs: number;
  /** Twice `exactMacs`. */
  readonly exactFlops: number;
  /** Bytes of the keys and values after the prompt. */
  readonly kvBytes: number;
  /** The three relative units under the cost model that was asked for. */
  readonly normalised: number;
  readonly share: number;
  readonly textOnly: number;
  /** Milliseconds of the decoder's layers; only where a calibration is known. */
  readonly ms?: number;
}

/**
 * The cost of executed counts in every unit.
 *
 * @param counts [L] whole visual tokens per layer.
 * @param tokens the sample's T and V, which the relative units refer to.
 * @param options.cost which model `normalised`, `share` and `textOnly` are taken from, default "exact".
 *
 * @example
 * const shape = { layers: 4, hidden: 64, intermediate: 256, heads: 4, kvHeads: 2, headDim: 16, windows: [null, null, null, null] };
 * const { normalised, share } = costVector([16, 8, 8, 8], { text: 8, visual: 16 }, shape);
 * normalised; // → 0.4922
 */
export function costVector(
  counts: ArrayLike<number>,
  tokens: TokenCounts,
  shape: DecoderShape,
  options: CostOptions & { readonly cost?: CostName } = {},
): CostVector {
  const cost = (name: CostName): number => totalCost(costModel(name, shape, options), counts, tokens.text);
  const model = costModel(options.cost ?? "exact", shape, options);
  const range = costRange(model, tokens);
  const total = totalCost(model, counts, tokens.text);
  const exactMacs = cost("exact");
  return {
    paperMacs: cost("paper"),
    exactMacs,
    exactFlops: 2 * exactMacs,
    kvBytes: cost("kvBytes"),
    normalised: toNormalised(total, range),
    share: range.full === 0 ? 1 : total / range.full,
    textOnly: toNormalised(total, { ...range, floor: range.textOnly }),
    ...(options.latency === undefined ? {} : { ms: cost("latency") }),
  };
}
