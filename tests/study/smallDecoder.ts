/** A decoder's sizes and samples for tests of costs, small enough to count by hand. */
import type { DecoderShape } from "../../src/cost/index.js";
import type { SampleList } from "../../src/study/entries.js";

export const SMALL_SHAPE: DecoderShape = {
  layers: 5,
  hidden: 16,
  intermediate: 24,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  windows: [null, null, null, null, null],
};

/** Samples of so many text and visual tokens. */
export function sampleList(...sizes: (readonly [text: number, visual: number])[]): SampleList {
  return {
    ids: sizes.map((_, s) => `s${s}`),
    tasks: sizes.map(() => "t"),
    text: sizes.map(([text]) => text),
    visual: sizes.map(([, visual]) => visual),
  };
}
