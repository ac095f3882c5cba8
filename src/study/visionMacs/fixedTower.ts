/** Towers that see every picture at one size, as CLIP's and SigLIP's: each picture attends to the whole of itself. */
import type { FixedTowerConfig } from "../../checkpoint/index.js";
import { visionFlops } from "../../cost/index.js";
import type { GridThw } from "../../models/index.js";

/**
 * Multiply-accumulates of the tower.
 *
 * @param blocks how many of its blocks run.
 * @param classTokens before the patches of each picture, which go through the blocks, but not through the patches' map.
 */
export function fixedTowerMacs(
  { hiddenSize, intermediateSize, patchSize }: FixedTowerConfig,
  grids: readonly GridThw[],
  blocks: number,
  classTokens: 0 | 1,
): number {
  const lengths = grids.map(([t, h, w]) => t * h * w);
  const flops = visionFlops({
    patches: lengths.reduce((sum, length) => sum + length, 0),
    patchElements: 3 * patchSize ** 2,
    hidden: hiddenSize,
    intermediate: intermediateSize,
    mlpMatrices: 2,
    segments: new Array<number[]>(blocks).fill(lengths.map((length) => length + classTokens)),
  });
  return flops / 2;
}
