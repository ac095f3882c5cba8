/** From a layer's attention to the scores of its rows. */
import * as tf from "@tensorflow/tfjs";
import {
  attentionRows,
  gatherRows,
  type LayerOutput,
  layoutFrom,
  otherTokens,
  type PackedLayout,
  reshape,
  slotsOf,
  type TokenLayout,
  type VisionLanguageModel,
} from "../models/index.js";
import type { Tape } from "../tensor/index.js";
import type { AttentionSelector, SelectorSample } from "./selector.js";

/**
 * The scores that layer `i`'s attention gives to every row it attends to; the next layer ranks survivors by them.
 *
 * @param output of layer `i`; its queries hold the scoring rows among others.
 * @param queries which tokens the output's rows are.
 * @param keys which tokens the layer's keys are.
 * @param policy [B, N_k] weights of the keys as in the layer itself; null keeps all.
 * @returns [B, N_k], in the caller's scope.
 */
export function attentionScores(
  model: VisionLanguageModel,
  i: number,
  selector: AttentionSelector,
  samples: readonly SelectorSample[],
  output: LayerOutput,
  queries: TokenLayout,
  keys: TokenLayout,
  policy: tf.Tensor2D | null,
  tape?: Tape,
): tf.Tensor2D {
  const rows = layoutFrom(samples.map((sample) => selector.scoringPlaces(sample)));
  const slots = slotsOf(queries, rows);
  const [batch, heads, length, width] = output.queries.shape;
  const index = new Int32Array(batch * heads * rows.length);
  for (let b = 0, at = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let r = 0; r < rows.length; r++) index[at++] = (b * heads + h) * length + slots[b * rows.length + r];
    }
  }
  const flat = reshape<tf.Tensor2D>(output.queries, [batch * heads * length, width], tape);
  const asking = reshape<tf.Tensor4D>(gatherRows(flat, index, tape), [batch, heads, rows.length, width], tape);
  const bias = model.bias(i, rows, keys);
  const other = policy ? otherTokens(rows, keys) : null;
  const attention = attentionRows(asking, output.keys, bias, policy && other ? { keys: policy, other } : null, tape);
  return selector.scores(attention, tape);
}

/**
 * The same scores out of attention that a layer has computed anyway, for packed samples.
 *
 * @param attention [B, h, N, N]: the layer's probabilities over the rows of `layout`.
 * @returns [samples, N]: for each sample, scores of all rows of its sequence; in the caller's scope.
 */
export function scoresFromAttention(
  selector: AttentionSelector,
  samples: readonly SelectorSample[],
  attention: tf.Tensor4D,
  { index, length, sequence, start }: PackedLayout,
): tf.Tensor2D {
  const [, heads, , keys] = attention.shape;
  const rows: number[] = [];
  let perSample = 0;
  samples.forEach((sample, s) => {
    const places = selector.scoringPlaces(sample);
    perSample = places.length;
    for (const place of places) {
      const slot = index.indexOf(place, start[s]) - sequence[s] * length;
      for (let h = 0; h < heads; h++) rows.push((sequence[s] * heads + h) * length + slot);
    }
  });
  return tf.tidy(() => {
    const picked = tf.gather(tf.reshape(attention, [-1, keys]), tf.tensor1d(rows, "int32"));
    const mean = tf.mean(tf.reshape(picked, [samples.length, perSample, heads, keys]), 2);
    return selector.scores(mean as tf.Tensor3D);
  });
}
