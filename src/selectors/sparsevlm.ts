/**
 * SparseVLM (Zhang et al., arXiv 2410.04417): keep the tokens to which the words that concern the picture attend most.
 *
 * Its recycling, which merges what was dropped into a few new tokens, is left out: schedules count tokens that stay.
 */
import { reshape } from "../models/index.js";
import { questionPlaces } from "./question.js";
import type { AttentionSelector } from "./selector.js";

/** Relevances this close below their mean count as the mean: the sum that gives it is rounded. */
const TOLERANCE = 1e-6;

/** One group, the text raters: words of the question whose relevance to the picture is at least the question's mean. */
export function sparsevlm(): AttentionSelector {
  return {
    kind: "attention",
    name: "sparsevlm",
    usesRelevance: true,
    raters(sample) {
      const question = questionPlaces(sample);
      const { relevance } = sample;
      if (relevance?.length !== question.length) {
        throw new RangeError(
          `sparsevlm was given ${relevance?.length ?? "no"} relevances of ${question.length} words of the question.`,
        );
      }
      const mean = relevance.reduce((sum, one) => sum + one, 0) / relevance.length;
      return [question.filter((_, t) => relevance[t] >= mean * (1 - TOLERANCE))];
    },
    mostRows: (sample) => questionPlaces(sample).length,
    scores: (means, tape) => reshape(means, [means.shape[0], means.shape[2]], tape),
  };
}
