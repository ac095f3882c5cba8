/** A weight for each key, which acts inside the softmax (METHOD §4). */
import * as tf from "@tensorflow/tfjs";
import { MASKED } from "./attentionMask.js";

/**
 * A weight for each key, in [0, 1].
 *
 * `keys` is the [B, N_k] tensor that the gradient goes to; `other` [B, 1, N_q, N_k] is 1 where query and key are different
 * tokens, 0 on a token meeting itself, which no weight touches.
 */
export interface KeyPolicy {
  readonly keys: tf.Tensor2D;
  readonly other: tf.Tensor4D;
  /**
   * The gradient that a dropped key gets. `tangent`: the derivative at weight 0, which grows without bound with the key's
   * logit. `secant`: what taking the key in would change, its probability if it were kept; bounded. Equal where the weight
   * is 1. Default "tangent".
   */
  readonly gradient?: "tangent" | "secant";
}

/** `other·keys + (1 − other)`: a token always sees itself. [B, 1, N_q, N_k], in the caller's scope. */
export function policyWeights({ keys, other }: KeyPolicy): tf.Tensor4D {
  const [batch, length] = keys.shape;
  return tf.add(tf.mul(other, tf.sub(tf.reshape(keys, [batch, 1, 1, length]), 1)), 1) as tf.Tensor4D;
}

/** Exponentials over the normaliser of the kept keys: every key has one, kept or not. In the caller's scope. */
export function policyExponentials(logits: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D {
  const kept = tf.add(logits, tf.mul(tf.cast(tf.equal(weights, 0), "float32"), MASKED));
  const shifted = tf.sub(logits, tf.max(kept, -1, true));
  // A dropped key may outweigh every kept one by more than float32's exponent; its gradient saturates instead.
  const exponentials = tf.exp(tf.minimum(shifted, 80));
  return tf.div(exponentials, tf.sum(tf.mul(exponentials, weights), -1, true));
}

/**
 * The gradient of the keys' weights, [B, N_k]: each key's share of the mixture times how far it would pull it, over all
 * queries but the key's own. In the caller's scope.
 */
export function keyGradients(
  gradient: KeyPolicy["gradient"],
  shares: tf.Tensor,
  weights: tf.Tensor,
  pull: tf.Tensor,
  other: tf.Tensor,
): tf.Tensor {
  const taken = gradient === "secant" ? tf.div(shares, tf.add(1, tf.mul(tf.sub(1, weights), shares))) : shares;
  return tf.sum(tf.mul(tf.mul(taken, pull), other), [1, 2]);
}
