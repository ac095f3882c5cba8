/** LLaVA-1.5 (arXiv 2310.03744): CLIP's tower up to the block whose features are taken; two maps over every patch. */
import { type LlavaConfig, visualTokens } from "../../checkpoint/index.js";
import { linearFlops } from "../../cost/index.js";
import type { GridThw } from "../../models/index.js";
import { fixedTowerMacs } from "./fixedTower.js";
import type { VisionMacs } from "./macs.js";

export function llavaVisionMacs(config: LlavaConfig, grids: readonly GridThw[]): VisionMacs {
  const { vision, decoder } = config;
  const rows = grids.reduce((sum, grid) => sum + visualTokens(config, grid), 0);
  const projector = linearFlops([
    { rows, inputs: vision.hiddenSize, outputs: decoder.hiddenSize },
    { rows, inputs: decoder.hiddenSize, outputs: decoder.hiddenSize },
  ]);
  return { tower: fixedTowerMacs(vision, grids, vision.featureLayer, 1), merger: projector / 2 };
}
