/** What runs beside the decoder, per sample: no schedule lowers it, so reports state it next to the cost (METHOD §2). */
import { type ModelConfig, type QwenVisionConfig, visualTokenIds, visualTokens } from "../checkpoint/index.js";
import { attentionSelectorFlops, linearFlops, visionFlops } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { splitPlaces } from "../evaluation/index.js";
import type { GridThw } from "../models/index.js";
import { questionPlaces, type Selector } from "../selectors/index.js";
import type { StudySample } from "./data/index.js";

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

/** Multiply-accumulates of the vision tower, and of its merger, on the pictures of one sample. */
export function visionMacs(config: ModelConfig, grids: readonly GridThw[]): { tower: number; merger: number } {
  if (config.architecture !== "qwen2_5_vl") {
    throw new EspalierError(
      `The vision tower of ${config.architecture} has no count of multiply-accumulates yet; qwen2_5_vl has.`,
    );
  }
  const { vision } = config;
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

/**
 * Mean multiply-accumulates per sample of everything that a schedule does not lower. `selector` is the most that it can
 * cost: its rows of scores before every layer, over every token, and the question's relevance where it uses that. `head` counts the answer's positions.
 */
export function overheadMacs(
  config: ModelConfig,
  selector: Selector,
  samples: readonly StudySample[],
): Record<string, number> {
  const { decoder } = config;
  const mean = (of: (sample: StudySample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const visual = (sample: StudySample) => sample.gridThw.reduce((sum, grid) => sum + visualTokens(config, grid), 0);
  const fallsEverywhere = (sample: StudySample) =>
    Array.from({ length: decoder.layers }, (_, i) => Math.max(0, visual(sample) - i));
  const scores = (sample: StudySample) => {
    if (selector.kind === "static") return 0;
    const places = splitPlaces(sample.inputIds, visualTokenIds(config));
    const known = { id: sample.id, promptLength: sample.promptLength, visual: places.visual };
    const question = questionPlaces(known).length;
    const relevance = { rows: places.visual.length, inputs: decoder.hiddenSize, outputs: question };
    const rows = attentionSelectorFlops(
      fallsEverywhere(sample),
      sample.promptLength - places.visual.length,
      decoder.heads * decoder.headDim,
      (survivors) => selector.mostRows(known, survivors),
    );
    return rows + (selector.usesRelevance ? linearFlops([relevance]) : 0);
  };
  return {
    visionTower: mean((sample) => visionMacs(config, sample.gridThw).tower),
    merger: mean((sample) => visionMacs(config, sample.gridThw).merger),
    selector: mean((sample) => scores(sample) / 2),
    head: mean((sample) => (sample.inputIds.length - sample.promptLength) * decoder.hiddenSize * decoder.vocabSize),
  };
}
