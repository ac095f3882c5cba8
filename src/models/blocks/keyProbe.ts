/**
 * What keys are worth to plain attention: the gradient of a policy that keeps all of them and has dropped some others.
 *
 * A hard policy needs no weights in the forward pass, because dropped keys are simply not there. Its gradient still asks of
 * every kept key what losing it would change, and of every dropped one what taking it in would (METHOD §4, `marginal`).
 */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { logitGradients, maskedLogits, mix, pulls, valueGradient } from "./attention.js";

/** Keys that are not attended to, but whose gradient is wanted. */
export interface DroppedKeys {
  /** [B, h_kv, D, d], rotated. */
  readonly keys: tf.Tensor4D;
  /** [B, h_kv, D, d] */
  readonly values: tf.Tensor4D;
  /** [B, 1, N_q, D]: 0 where a query would see the key, `MASKED` elsewhere; null where every query would. */
  readonly bias: tf.Tensor4D | null;
  /** [B, D] leaf that the gradient goes to; its values are not read. */
  readonly leaf: tf.Tensor2D;
}

/** Leaves that stand for the weights of the keys. */
export interface KeyProbe {
  /** [B, N_k] leaf that the gradient of the attended keys goes to; its values are not read. */
  readonly kept: tf.Tensor2D;
  /** Whether queries and keys are the same rows: a token's own key is no policy's business, so it is left out. */
  readonly square: boolean;
  readonly dropped: DroppedKeys | null;
}

/** Indices of the diagonals of [B, h, N, N], flat. */
function diagonals(matrices: number, n: number): Int32Array {
  const index = new Int32Array(matrices * n);
  for (let m = 0, at = 0; m < matrices; m++) for (let i = 0; i < n; i++) index[at++] = (m * n + i) * n + i;
  return index;
}

/** Sum over heads and queries, a token's own row left out where rows and keys are the same. [B, h, N_q, N_k] → [B, N_k] */
function overQueries(x: tf.Tensor, square: boolean): tf.Tensor {
  const sums = tf.sum(x, [1, 2]);
  if (!square) return sums;
  const [batch, heads, n] = x.shape;
  const own = tf.gather(tf.reshape(x, [-1]), tf.tensor1d(diagonals(batch * heads, n!), "int32"));
  return tf.sub(sums, tf.sum(tf.reshape(own, [batch, heads, n!]), 1));
}

/** The effect of taking each dropped key in: its share of the mixture then, times its pull. [B, D] */
function worthOfDropped(
  q: tf.Tensor4D,
  dy: tf.Tensor,
  y: tf.Tensor,
  normaliser: tf.Tensor,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  bias: tf.Tensor4D | null,
): tf.Tensor {
  const logits = maskedLogits(q, keys, bias);
  // A dropped key may outweigh every kept one by more than float32's exponent; its share saturates at one.
  const e = tf.exp(tf.minimum(tf.sub(logits, normaliser), 80));
  return tf.sum(tf.mul(tf.div(e, tf.add(1, e)), pulls(dy, y, values, logits.shape)), [1, 2]);
}

/**
 * `attention` without a policy, whose backward pass also fills the leaves of a probe.
 *
 * @param q [B, h, N_q, d], k and v [B, h_kv, N_k, d], bias [B or 1, 1, N_q, N_k] or null: as in `attention`.
 * @returns the context [B, h, N_q, d] and the probabilities [B, h, N_q, N_k], in the caller's scope. No gradient flows
 *   through the probabilities, nor into dropped keys and values.
 */
export function probedAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  { kept, square, dropped }: KeyProbe,
  tape: Tape,
): { context: tf.Tensor4D; probabilities: tf.Tensor4D } {
  const [context, probabilities] = tf.tidy(() => {
    const logits = maskedLogits(q, k, bias);
    const p = tf.softmax(logits);
    const y = mix(p, v);
    const inputs: tf.Tensor[] = [q, k, v, kept];
    const saves: tf.Tensor[] = [q, k, v, y, p];
    if (dropped) {
      inputs.push(dropped.leaf);
      // log Σ exp of each row, read off at its largest probability, which never underflows.
      const normaliser = tf.sub(tf.max(logits, -1, true), tf.log(tf.max(p, -1, true)));
      saves.push(normaliser, dropped.keys, dropped.values, ...(dropped.bias ? [dropped.bias] : []));
    }
    tape.record(y, inputs, saves, (dy, needs, [q, k, v, y, p, normaliser, ...rest]) => {
      const dLogits = tf.mul(p, pulls(dy, y, v as tf.Tensor4D, p.shape)) as tf.Tensor4D;
      const [dq, dk] = logitGradients(dLogits, q as tf.Tensor4D, k as tf.Tensor4D, needs);
      const gradients = [
        dq,
        dk,
        needs[2] ? valueGradient(p, dy, v.shape) : null,
        needs[3] ? overQueries(dLogits, square) : null,
      ];
      if (needs.length === 4) return gradients;
      const [keys, values, seen = null] = rest as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D?];
      return [...gradients, needs[4] ? worthOfDropped(q as tf.Tensor4D, dy, y, normaliser, keys, values, seen) : null];
    });
    return [y, p];
  }) as [tf.Tensor4D, tf.Tensor4D];
  return { context, probabilities };
}
