/** Qwen2.5-VL (arXiv 2502.13923): most blocks attend in windows; a merger of two maps over squares of patches. */
import type { Qwen25VlConfig, QwenVisionConfig } from "../../checkpoint/index.js";
import { linearFlops, visionFlops } from "../../cost/index.js";
import type { GridThw } from "../../models/index.js";
import type { VisionMacs } from "./macs.js";

/** Lengths of the runs of patches that attend to each other in windows, of one picture. */
function windowLengths([t, h, w]: GridThw, config: QwenVisionConfig): number[] {
  const merge = config.spatialMergeSize;
  const side = Math.floor(config.windowSize / merge / config.patchSize);
  const pieces = (length: number) =>
    Array.from({ length: Math.ceil(length / side) }, (_, i) => Math.min(side, length - i * side));
  const lengths: number[] = [];
  for (let frame = 0; frame < t; frame++) {
    for (const rows of pieces(h / merge))
      for (const columns of pieces(w / merge)) lengths.push(rows * columns * merge ** 2);
  }
  return lengths;
}

export function qwen25VlVisionMacs({ vision }: Qwen25VlConfig, grids: readonly GridThw[]): VisionMacs {
  const patches = grids.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  const whole = grids.flatMap(([t, h, w]) => new Array<number>(t).fill(h * w));
  const windows = grids.flatMap((grid) => windowLengths(grid, vision));
  const segments = Array.from({ length: vision.depth }, (_, i) =>
    vision.fullAttentionBlocks.includes(i) ? whole : windows,
  );
  const { hiddenSize, intermediateSize, patchSize, temporalPatchSize, inChannels, spatialMergeSize } = vision;
  const merged = hiddenSize * spatialMergeSize ** 2;
  const rows = patches / spatialMergeSize ** 2;
  const tower = visionFlops({
    patches,
    patchElements: inChannels * temporalPatchSize * patchSize ** 2,
    hidden: hiddenSize,
    intermediate: intermediateSize,
    mlpMatrices: 3,
    segments,
  });
  const merger = linearFlops([
    { rows, inputs: merged, outputs: merged },
    { rows, inputs: merged, outputs: vision.outHiddenSize },
  ]);
  return { tower: tower / 2, merger: merger / 2 };
}
