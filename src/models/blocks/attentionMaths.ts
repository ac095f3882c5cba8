/**
 * The arithmetic of attention and of its gradients, for one piece of queries.
 *
 * Grouped queries (Ainslie et al., arXiv 2305.13245): the group is folded into the rows, `[B, h_kv, (h/h_kv)·N, d]`, so
 * that keys and values are never repeated. Everything is returned in the caller's scope.
 */
import * as tf from "@tensorflow/tfjs";

/**
 * Logits `scale·q·kᵀ` with the structural mask.
 *
 * @param q [B, h, N_q, d]. @param k [B, h_kv, N_k, d]. @param bias [B or 1, 1, N_q, N_k] or null.
 * @returns [B, h, N_q, N_k].
 */
export function maskedLogits(q: tf.Tensor4D, k: tf.Tensor4D, bias: tf.Tensor4D | null, scale: number): tf.Tensor4D {
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  const scaled = tf.mul(tf.reshape(q, [batch, groups, (heads / groups) * queries, width]), scale);
  const logits = tf.reshape(tf.matMul(scaled, k, false, true), [batch, heads, queries, keys]) as tf.Tensor4D;
  return bias ? (tf.add(logits, bias) as tf.Tensor4D) : logits;
}

/** `p·v` for grouped keys: [B, h, N_q, N_k] × [B, h_kv, N_k, d] → [B, h, N_q, d]. */
export function mix(p: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, queries, keys] = p.shape;
  const [, groups, , width] = v.shape;
  const folded = tf.reshape(p, [batch, groups, (heads / groups) * queries, keys]);
  return tf.reshape(tf.matMul(folded, v), [batch, heads, queries, width]);
}

/** How far each key would pull the mixture, along its gradient: `dy·v_j − dy·y`. [B, h, N_q, N_k] */
export function pulls(dy: tf.Tensor, y: tf.Tensor, v: tf.Tensor4D, shape: number[]): tf.Tensor {
  const [batch, heads, queries, width] = dy.shape;
  const groups = v.shape[1];
  const rows = tf.reshape(dy, [batch, groups, (heads / groups) * queries!, width!]);
  const toward = tf.reshape(tf.matMul(rows, v, false, true), shape);
  return tf.sub(toward, tf.sum(tf.mul(dy, y), -1, true));
}

/** `pᵀ·dy` for grouped keys: [B, h, N_q, N_k], [B, h, N_q, d] → [B, h_kv, N_k, d]. */
export function valueGradient(p: tf.Tensor, dy: tf.Tensor, [batch, groups, keys, width]: number[]): tf.Tensor {
  const rows = (p.shape[1]! / groups) * p.shape[2]!;
  const folded = tf.reshape(p, [batch, groups, rows, keys]);
  return tf.matMul(folded, tf.reshape(dy, [batch, groups, rows, width]), true, false);
}

/** Gradients of queries and keys out of those of the logits; an unwanted one is null. */
export function logitGradients(
  dLogits: tf.Tensor,
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  scale: number,
  needs: readonly boolean[],
): [tf.Tensor4D | null, tf.Tensor4D | null] {
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  const folded = tf.mul(tf.reshape(dLogits, [batch, groups, (heads / groups) * queries, keys]), scale);
  const rows = [batch, groups, (heads / groups) * queries, width];
  return [
    needs[0] ? (tf.reshape(tf.matMul(folded, k), q.shape) as tf.Tensor4D) : null,
    needs[1] ? (tf.matMul(folded, tf.reshape(q, rows), true, false) as tf.Tensor4D) : null,
  ];
}
