/** How much each word of the question has to do with the pictures, before any layer has run. */
import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../models/index.js";
import { questionPlaces } from "./question.js";
import type { SelectorSample } from "./selector.js";

/**
 * Softmax over the question of `visual embeddings · text embeddingsᵀ`, averaged over visual tokens (Zhang et al., arXiv
 * 2410.04417): the part of a picture's tokens that falls to each word.
 *
 * @param embeddings [R, H] as they enter the decoder; not disposed.
 * @param start row of the sample's first token.
 * @returns one number for each of `questionPlaces`, in their order; they sum to 1.
 */
export function pictureRelevance(
  embeddings: tf.Tensor2D,
  start: number,
  sample: Pick<SelectorSample, "promptLength" | "visual">,
): Float32Array {
  const question = questionPlaces(sample);
  if (question.length === 0) return new Float32Array(0);
  const rows = (places: Int32Array) =>
    gatherRows(
      embeddings,
      places.map((place) => start + place),
    );
  return tf.tidy(() => {
    const products = tf.matMul(rows(sample.visual), rows(question), false, true); // [V, T]
    return tf.mean(tf.softmax(products), 0).dataSync<"float32">();
  });
}
