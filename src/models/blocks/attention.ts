/**
 * Scaled dot-product attention with grouped queries and, for the search, a policy over keys.
 *
 * Grouped queries (Ainslie et al., arXiv 2305.13245): the group is folded into the rows, `[B, h_kv, (h/h_kv)·N, d]`, so
 * that keys and values are never repeated. Policy softmax: METHOD §4.
 */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { sliceHeads } from "./heads.js";

/** Stands for −∞ in additive masks: far below any logit, far above float32's overflow. */
export const MASKED = -1e30;

/**
 * A weight for each key, in [0, 1].
 *
 * `weights` multiplies the exponentials of the keys, `[B, 1, N_q, N_k]`, with ones where a query meets itself; `keys`
 * is the [B, N_k] tensor that the gradient goes to; `other` is 1 where query and key are different tokens, 0 on a token
 * meeting itself, same shape as `weights`.
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
function policyWeights({ keys, other }: KeyPolicy): tf.Tensor4D {
  const [batch, length] = keys.shape;
  return tf.add(tf.mul(other, tf.sub(tf.reshape(keys, [batch, 1, 1, length]), 1)), 1) as tf.Tensor4D;
}

/** Raw logits `q·kᵀ/√d` with the structural mask, [B, h, N_q, N_k], in the caller's scope. */
export function maskedLogits(q: tf.Tensor4D, k: tf.Tensor4D, bias: tf.Tensor4D | null): tf.Tensor4D {
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  const scaled = tf.mul(tf.reshape(q, [batch, groups, (heads / groups) * queries, width]), width ** -0.5);
  const logits = tf.reshape(tf.matMul(scaled, k, false, true), [batch, heads, queries, keys]) as tf.Tensor4D;
  return bias ? (tf.add(logits, bias) as tf.Tensor4D) : logits;
}

/** Exponentials over the normaliser of the kept keys: every key has one, kept or not. In the caller's scope. */
function policyExponentials(logits: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D {
  const kept = tf.add(logits, tf.mul(tf.cast(tf.equal(weights, 0), "float32"), MASKED));
  const shifted = tf.sub(logits, tf.max(kept, -1, true));
  // A dropped key may outweigh every kept one by more than float32's exponent; its gradient saturates instead.
  const exponentials = tf.exp(tf.minimum(shifted, 80));
  return tf.div(exponentials, tf.sum(tf.mul(exponentials, weights), -1, true));
}

/** `p·v` for grouped keys: [B, h, N_q, N_k] × [B, h_kv, N_k, d] → [B, h, N_q, d], in the caller's scope. */
export function mix(p: tf.Tensor4D, v: tf.Tensor4D): tf.Tensor4D {
  const [batch, heads, queries, keys] = p.shape;
  const [, groups, , width] = v.shape;
  const folded = tf.reshape(p, [batch, groups, (heads / groups) * queries, keys]);
  return tf.reshape(tf.matMul(folded, v), [batch, heads, queries, width]);
}

/** How far each key would pull the mixture, along its gradient: `dy·v_j − dy·y`. [B, h, N_q, N_k], in the caller's scope. */
export function pulls(dy: tf.Tensor, y: tf.Tensor, v: tf.Tensor4D, shape: number[]): tf.Tensor {
  const [batch, heads, queries, width] = dy.shape;
  const groups = v.shape[1];
  const rows = tf.reshape(dy, [batch, groups, (heads / groups) * queries!, width!]);
  const toward = tf.reshape(tf.matMul(rows, v, false, true), shape);
  return tf.sub(toward, tf.sum(tf.mul(dy, y), -1, true));
}

/** `pᵀ·dy` for grouped keys: [B, h, N_q, N_k], [B, h, N_q, d] → [B, h_kv, N_k, d], in the caller's scope. */
export function valueGradient(p: tf.Tensor, dy: tf.Tensor, [batch, groups, keys, width]: number[]): tf.Tensor {
  const rows = (p.shape[1]! / groups) * p.shape[2]!;
  const folded = tf.reshape(p, [batch, groups, rows, keys]);
  return tf.matMul(folded, tf.reshape(dy, [batch, groups, rows, width]), true, false);
}

/**
 * The gradient of the keys' weights, [B, N_k]: each key's share of the mixture times how far it would pull it, over all
 * queries but the key's own.
 */
function keyGradients(
  gradient: KeyPolicy["gradient"],
  shares: tf.Tensor,
  weights: tf.Tensor,
  pull: tf.Tensor,
  other: tf.Tensor,
): tf.Tensor {
  const taken = gradient === "secant" ? tf.div(shares, tf.add(1, tf.mul(tf.sub(1, weights), shares))) : shares;
  return tf.sum(tf.mul(tf.mul(taken, pull), other), [1, 2]);
}

/** Gradients of the logits, given the probabilities' weights and the gradient of the logits themselves. */
export function logitGradients(
  dLogits: tf.Tensor4D,
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  needs: readonly boolean[],
): [tf.Tensor4D | null, tf.Tensor4D | null] {
  const [batch, heads, queries, width] = q.shape;
  const [, groups, keys] = k.shape;
  const folded = tf.mul(tf.reshape(dLogits, [batch, groups, (heads / groups) * queries, keys]), width ** -0.5);
  const rows = [batch, groups, (heads / groups) * queries, width];
  return [
    needs[0] ? (tf.reshape(tf.matMul(folded, k), q.shape) as tf.Tensor4D) : null,
    needs[1] ? (tf.matMul(folded, tf.reshape(q, rows), true, false) as tf.Tensor4D) : null,
  ];
}

/** Without a tape: as many heads at a time as keep one tensor of logits below this many numbers (256 MiB). */
const LOGITS_AT_ONCE = 1 << 26;

/** One piece of attention, in the caller's scope. */
function attend(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  policy: KeyPolicy | null,
): tf.Tensor4D {
  const logits = maskedLogits(q, k, bias);
  if (!policy) return mix(tf.softmax(logits), v);
  const weights = policyWeights(policy);
  return mix(tf.mul(policyExponentials(logits, weights), weights), v);
}

/**
 * Attention without a tape, in pieces of heads, so that a long picture does not need all heads' logits at once.
 *
 * @param atOnce numbers of logits in one piece; one head is the smallest piece.
 * @returns [B, h, N_q, d]; the caller's.
 */
export function attendInPieces(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  policy: KeyPolicy | null,
  atOnce = LOGITS_AT_ONCE,
): tf.Tensor4D {
  const [batch, heads, queries] = q.shape;
  const [, groups, keys] = k.shape;
  const perGroup = heads / groups;
  const fitting = Math.max(1, Math.floor(atOnce / (batch * queries * keys)));
  return tf.tidy(() => {
    if (fitting >= heads) return attend(q, k, v, bias, policy);
    const groupsAtOnce = Math.max(1, Math.floor(fitting / perGroup));
    const pieces: tf.Tensor4D[] = [];
    for (let group = 0; group < groups; group += groupsAtOnce) {
      const count = Math.min(groupsAtOnce, groups - group);
      const [keysHere, valuesHere] = [k, v].map((x) => sliceHeads(x, group, count));
      const end = (group + count) * perGroup;
      const step = Math.min(fitting, count * perGroup);
      for (let head = group * perGroup; head < end; head += step) {
        const some = Math.min(step, end - head);
        pieces.push(tf.tidy(() => attend(sliceHeads(q, head, some), keysHere, valuesHere, bias, policy)));
      }
    }
    return tf.concat(pieces, 1);
  });
}

/**
 * Attention of every query over its keys.
 *
 * @param q [B, h, N_q, d], rotated.
 * @param k [B, h_kv, N_k, d], rotated.
 * @param v [B, h_kv, N_k, d].
 * @param bias structural mask added to the logits: 0 or `MASKED`, [B or 1, 1, N_q, N_k]; null lets everything through.
 * @param policy weights of the keys; null keeps all.
 * @returns [B, h, N_q, d], in the caller's scope.
 */
export function attention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  policy: KeyPolicy | null,
  tape?: Tape,
): tf.Tensor4D {
  if (!tape) return attendInPieces(q, k, v, bias, policy);
  return tf.tidy(() => {
    const logits = maskedLogits(q, k, bias);
    if (!policy) {
      const p = tf.softmax(logits);
      const y = mix(p, v);
      tape.record(y, [q, k, v], [q, k, v, y, p], (dy, needs, [q, k, v, y, p]) => {
        const dLogits = tf.mul(p, pulls(dy, y, v as tf.Tensor4D, p.shape)) as tf.Tensor4D;
        const [dq, dk] = logitGradients(dLogits, q as tf.Tensor4D, k as tf.Tensor4D, needs);
        return [dq, dk, needs[2] ? valueGradient(p, dy, v.shape) : null];
      });
      return y;
    }
    // `shares` are the keys' exponentials over the normaliser: the probabilities where the weight is one.
    const weights = policyWeights(policy);
    const shares = policyExponentials(logits, weights);
    const y = mix(tf.mul(shares, weights), v);
    const { other, gradient } = policy;
    const saves = [q, k, v, y, shares, weights, other];
    tape.record(y, [q, k, v, policy.keys], saves, (dy, needs, [q, k, v, y, shares, weights, other]) => {
      const pull = pulls(dy, y, v as tf.Tensor4D, shares.shape);
      const p = tf.mul(shares, weights);
      const [dq, dk] = logitGradients(tf.mul(p, pull) as tf.Tensor4D, q as tf.Tensor4D, k as tf.Tensor4D, needs);
      return [
        dq,
        dk,
        needs[2] ? valueGradient(p, dy, v.shape) : null,
        needs[3] ? keyGradients(gradient, shares, weights, pull, other) : null,
      ];
    });
    return y;
  });
}

/**
 * The attention probabilities of some query rows, averaged over heads: what selectors score tokens by.
 *
 * @param q [B, h, R, d]: the rows that score, rotated.
 * @param k [B, h_kv, N_k, d], rotated.
 * @param bias [B or 1, 1, R, N_k] or null.
 * @param policy as in `attention`, for the scoring rows.
 * @returns [B, R, N_k], in the caller's scope.
 */
export function attentionRows(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  policy: KeyPolicy | null,
  tape?: Tape,
): tf.Tensor3D {
  return tf.tidy(() => {
    const logits = maskedLogits(q, k, bias);
    const weights = policy ? policyWeights(policy) : null;
    const shares = weights ? policyExponentials(logits, weights) : tf.softmax(logits);
    const p = weights ? tf.mul(shares, weights) : shares;
    const y = tf.mean(p, 1) as tf.Tensor3D;
    const heads = q.shape[1];
    const saves = weights && policy ? [q, k, shares, weights, policy.other] : [q, k, shares];
    tape?.record(y, policy ? [q, k, policy.keys] : [q, k], saves, (dy, needs, [q, k, shares, weights, other]) => {
      const dp = tf.div(tf.expandDims(dy, 1), heads); // [B, 1, R, N_k], the same for every head
      const p = weights ? tf.mul(shares, weights) : shares;
      const pull = tf.sub(dp, tf.sum(tf.mul(p, dp), -1, true));
      const [dq, dk] = logitGradients(tf.mul(p, pull) as tf.Tensor4D, q as tf.Tensor4D, k as tf.Tensor4D, needs);
      return [dq, dk, needs[2] ? keyGradients(policy?.gradient, shares, weights, pull, other) : null];
    });
    return y;
  });
}
