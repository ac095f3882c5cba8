/** The cost formula of the paper, for comparison with its figures. Source: METHOD §2. */
import type { CostModel, DecoderShape } from "./costModel.js";

/**
 * `4nH² + 2n²H + 2nHI` multiply-accumulates per layer.
 *
 * It takes queries, keys and values for square, the MLP for two matrices, and ignores grouped heads and windows; `exact`
 * counts what runs.
 */
export function paper(shape: DecoderShape): CostModel {
  const { hidden, intermediate, layers } = shape;
  const perToken = 4 * hidden * hidden + 2 * hidden * intermediate;
  return {
    name: "paper",
    unit: "MACs",
    layers,
    layer: (_, n) => ({ value: n * (perToken + 2 * n * hidden), derivative: perToken + 4 * n * hidden }),
  };
}
