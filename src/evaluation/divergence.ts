/** How far a pruned model's answers are from the unpruned model's (METHOD §1). */
import * as tf from "@tensorflow/tfjs";
import { gatherRows, layoutFrom, type TokenLayout, type VisionLanguageModel } from "../models/index.js";
import type { PreparedSample } from "./preparedSample.js";
import { rowsOf } from "./prunedRun.js";

export interface AnswerRows {
  /** Indices into the batch's rows of every answer-predicting place, sample after sample. */
  readonly rows: Int32Array;
  /** For each of them, its sample's number in the batch. */
  readonly owner: Int32Array;
}

/** Where the rows that predict answers lie in a layout. */
export function answerRows(samples: readonly PreparedSample[], layout: TokenLayout): AnswerRows {
  const wanted = layoutFrom(samples.map(({ answerPlaces }) => answerPlaces));
  const all = rowsOf(layout, wanted);
  const rows: number[] = [];
  const owner: number[] = [];
  wanted.index.forEach((place, i) => {
    if (place < 0) return;
    rows.push(all[i]);
    owner.push(Math.floor(i / wanted.length));
  });
  return { rows: Int32Array.from(rows), owner: Int32Array.from(owner) };
}

/** What a run's answers look like beside the teacher's. */
export interface Divergence {
  /** KL(full ‖ pruned) in nats, mean over the sample's answer places; [B]. */
  readonly divergence: Float64Array;
  /** Whether every answer token is the pruned model's first choice, teacher-forced; [B]. */
  readonly exact: boolean[];
}

/**
 * Divergence of each sample, from the hidden states behind the last layer.
 *
 * @param hidden [B·N, H]; not disposed.
 */
export function measureDivergence(
  model: VisionLanguageModel,
  samples: readonly PreparedSample[],
  hidden: tf.Tensor2D,
  layout: TokenLayout,
): Divergence {
  const { rows, owner } = answerRows(samples, layout);
  const [terms, best] = tf.tidy(() => {
    const student = tf.logSoftmax(model.logits(gatherRows(hidden, rows)));
    const teacher = tf.concat(
      samples.map((sample) => sample.teacher),
      0,
    );
    return [tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)), 1), tf.argMax(student, 1)];
  });
  const kl = terms.dataSync();
  const choice = best.dataSync();
  tf.dispose([terms, best]);
  const divergence = new Float64Array(samples.length);
  const exact = samples.map(() => true);
  const targets = samples.flatMap((sample) => [...sample.targets]);
  owner.forEach((b, i) => {
    // Rounding can leave a divergence of −1e-8 where nothing was pruned.
    divergence[b] += Math.max(0, kl[i]) / samples[b].targets.length;
    if (choice[i] !== targets[i]) exact[b] = false;
  });
  return { divergence, exact };
}
