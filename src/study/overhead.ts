/** What runs beside the decoder, per sample: no schedule lowers it, so reports state it next to the cost (METHOD §2). */
import { type ModelConfig, visualTokenIds, visualTokens } from "../checkpoint/index.js";
import { attentionSelectorFlops, linearFlops } from "../cost/index.js";
import { splitPlaces } from "../evaluation/index.js";
import { questionPlaces, type Selector } from "../selectors/index.js";
import type { StudySample } from "./data/index.js";
import { visionMacs } from "./visionMacs/index.js";

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
