/** From a layer's attention to the scores of its rows. */
import type * as tf from "@tensorflow/tfjs";
import {
  attentionRows,
  gatherRows,
  type LayerOutput,
  layoutFrom,
  otherTokens,
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
 * @returns [B, N_k]; owned by the tape, or by the caller's scope without one.
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
  for (const mask of [bias, other]) if (mask) tape?.own(mask);
  const attention = attentionRows(asking, output.keys, bias, policy && other ? { keys: policy, other } : null, tape);
  return selector.scores(attention, tape);
}
