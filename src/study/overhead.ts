/** What runs beside the decoder, per sample: no schedule lowers it, so reports state it next to the cost (METHOD §2). */
import type { ModelConfig } from "../checkpoint/index.js";
import { attentionSelectorFlops } from "../cost/index.js";
import type { Selector } from "../selectors/index.js";
import type { StudySample } from "./data/index.js";
import { visionMacs } from "./visionMacs/index.js";

/**
 * Mean multiply-accumulates per sample of everything that a schedule does not lower. `selector` is the most that it can
 * cost: a row of scores before every layer, over every token. `head` counts the answer's positions.
 */
export function overheadMacs(
  config: ModelConfig,
  selector: Selector,
  samples: readonly StudySample[],
): Record<string, number> {
  const { decoder } = config;
  const mean = (of: (sample: StudySample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, samples.length);
  const visual = (sample: StudySample) =>
    sample.inputIds.reduce((count, id) => count + (id === config.tokens.image ? 1 : 0), 0);
  const fallsEverywhere = (sample: StudySample) =>
    Array.from({ length: decoder.layers }, (_, i) => Math.max(0, visual(sample) - i));
  const scores = (sample: StudySample) =>
    selector.kind === "static"
      ? 0
      : attentionSelectorFlops(
          fallsEverywhere(sample),
          sample.promptLength - visual(sample),
          decoder.heads * decoder.headDim,
        );
  return {
    visionTower: mean((sample) => visionMacs(config, sample.gridThw).tower),
    merger: mean((sample) => visionMacs(config, sample.gridThw).merger),
    selector: mean((sample) => scores(sample) / 2),
    head: mean((sample) => (sample.inputIds.length - sample.promptLength) * decoder.hiddenSize * decoder.vocabSize),
  };
}
