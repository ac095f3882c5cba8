/** Gemma 3 (arXiv 2503.19786): SigLIP's whole tower; means of squares of patches, which multiply nothing; one map. */
import { type Gemma3Config, visualTokens } from "../../checkpoint/index.js";
import { linearFlops } from "../../cost/index.js";
import type { GridThw } from "../../models/index.js";
import { fixedTowerMacs } from "./fixedTower.js";
import type { VisionMacs } from "./macs.js";

export function gemma3VisionMacs(config: Gemma3Config, grids: readonly GridThw[]): VisionMacs {
  const { vision, decoder } = config;
  const rows = grids.reduce((sum, grid) => sum + visualTokens(config, grid), 0);
  const projection = linearFlops([{ rows, inputs: vision.hiddenSize, outputs: decoder.hiddenSize }]);
  return { tower: fixedTowerMacs(vision, grids, vision.depth, 0), merger: projection / 2 };
}
