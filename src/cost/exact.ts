/** The multiply-accumulates that a decoder layer really performs: the default cost. Source: METHOD §2. */
import type { CostModel, DecoderShape } from "./costModel.js";

/**
 * `2nHhd + 2nHh_kv·d + 2n·m·hd + 3nHI` multiply-accumulates per layer, `m = min(n, window)`; twice that in FLOPs.
 *
 * In order: query and output projections, key and value projections, scores and their weighted sum, gated MLP. Norms,
 * rotations and softmax are left out, and the causal half of the scores is counted in full, as the field does.
 * At `n = window` the derivative is the one from below (4·window·hd for the attention term), because schedules remove tokens;
 * from above it is half of that.
 */
export function exact(shape: DecoderShape): CostModel {
  const { hidden, intermediate, heads, kvHeads, headDim, layers, windows } = shape;
  const queryWidth = heads * headDim;
  const perToken = 2 * hidden * queryWidth + 2 * hidden * kvHeads * headDim + 3 * hidden * intermediate;
  return {
    name: "exact",
    unit: "MACs",
    layers,
    layer(i, n) {
      const window = windows[i] ?? Number.POSITIVE_INFINITY;
      return n <= window
        ? { value: n * (perToken + 2 * n * queryWidth), derivative: perToken + 4 * n * queryWidth }
        : { value: n * (perToken + 2 * window * queryWidth), derivative: perToken + 2 * window * queryWidth };
    },
  };
}
