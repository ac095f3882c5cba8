/** Where a relaxed run's forward pass ends and its backward pass begins. */
import * as tf from "@tensorflow/tfjs";
import type { AnswerRows, PreparedSample } from "../evaluation/index.js";
import { gatherRows, type VisionLanguageModel } from "../models/index.js";
import type { Tape } from "../tensor/index.js";

/**
 * Each sample's divergence from the last layer's rows. Seeds the tape with the gradient of their sum.
 *
 * @param hidden [R, H] behind the last layer.
 * @returns [B] nats.
 */
export function seedDivergence(
  model: VisionLanguageModel,
  samples: readonly PreparedSample[],
  hidden: tf.Tensor2D,
  { rows, owner }: AnswerRows,
  tape: Tape,
): Float64Array {
  const perRow = Float32Array.from(owner, (b) => 1 / samples[b].targets.length);
  const terms = tf.tidy(() => {
    const logits = model.logits(gatherRows(hidden, rows, tape), tape);
    const teacher = tf.concat(
      samples.map((sample) => sample.teacher),
      0,
    );
    const student = tf.logSoftmax(logits);
    const p = tf.exp(teacher);
    tape.accumulate(logits, tf.mul(tf.sub(tf.exp(student), p), tf.expandDims(tf.tensor1d(perRow), 1)));
    return tf.sum(tf.mul(p, tf.sub(teacher, student)), 1);
  });
  const kl = terms.dataSync();
  terms.dispose();
  const divergence = new Float64Array(samples.length);
  owner.forEach((b, row) => {
    divergence[b] += kl[row] * perRow[row];
  });
  return divergence;
}

/** The gradient of a leaf in plain memory; zeros where none arrived. */
export function takeValues(tape: Tape, leaf: tf.Tensor): Float32Array {
  const gradient = tape.takeGradient(leaf);
  if (!gradient) return new Float32Array(leaf.size);
  const values = gradient.dataSync<"float32">();
  gradient.dispose();
  return values;
}
