/**
 * FitPrune (Ye et al., arXiv 2409.10197): keep the tokens whose removal changes attention least, among pictures and from
 * text.
 */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../tensor/index.js";
import { questionPlaces } from "./question.js";
import type { AttentionSelector } from "./selector.js";

/**
 * Two groups, in this order: self-attention, what surviving visual tokens pay; cross-attention, what the question pays. The
 * score is their product.
 */
export function fitprune(): AttentionSelector {
  return {
    kind: "attention",
    name: "fitprune",
    raters: (sample, survivors) => [survivors, questionPlaces(sample)],
    mostRows: (sample, survivors) => survivors + questionPlaces(sample).length,
    scores: productOfGroups,
  };
}

/** @param means [S, 2, N]. @returns [S, N]. */
function productOfGroups(means: tf.Tensor3D, tape?: Tape): tf.Tensor2D {
  const product = tf.prod(means, 1) as tf.Tensor2D;
  // Each group's gradient is the other group's mean.
  tape?.record(product, [means], [means], (dy, _, [saved]) => [
    tf.tidy(() => tf.mul(tf.reverse(saved, 1), tf.expandDims(dy, 1))),
  ]);
  return product;
}
