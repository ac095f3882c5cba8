/** How much attention keys get from some of the queries: what selectors score tokens by. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { pieceProbabilities } from "./attention.js";
import type { AttentionMask } from "./attentionMask.js";
import { logitGradients, maskedLogits } from "./attentionMaths.js";
import { type KeyPolicy, keyGradients, policyExponentials, policyWeights } from "./keyPolicy.js";
import { planPieces, SpannedSum, sliceRows } from "./pieces.js";

export interface AttentionRowsOptions {
  /** As of the attention itself; default 1/√d. */
  readonly scale?: number;
  /** Weights of the keys, as in the attention itself, for the rows that ask; default keeps all. */
  readonly policy?: KeyPolicy | null;
  /** Logits in memory at once, in numbers; default 2²⁴. With a policy all of them are. */
  readonly atOnce?: number;
}

/**
 * Weighted sums of rows of the attention probabilities, averaged over heads.
 *
 * @param q [B, h, R, d]: the rows that are read, rotated.
 * @param k [B, h_kv, N_k, d], rotated.
 * @param weights [B, G, R]: what each row counts for in each of G sums; no gradient flows into it.
 * @param mask which keys a row sees, or null.
 * @returns [B, G, N_k], in the caller's scope.
 */
export function attentionRows(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  weights: tf.Tensor3D,
  mask: AttentionMask | null,
  options: AttentionRowsOptions = {},
  tape?: Tape,
): tf.Tensor3D {
  const { scale = q.shape[3] ** -0.5, policy = null, atOnce } = options;
  if (policy) return policyRows(q, k, weights, mask, policy, scale, tape);
  const pieces = planPieces(q.shape, k.shape[2], mask, atOnce);
  const heads = q.shape[1];
  const weightsOf = (all: tf.Tensor3D, begin: number, count: number) =>
    tf.slice(all, [0, 0, begin], [all.shape[0], all.shape[1], count]);
  return tf.tidy(() => {
    const sum = new SpannedSum(2, k.shape[2]);
    for (const piece of pieces) {
      tf.tidy(() => {
        const p = tf.mean(pieceProbabilities(q, k, mask, piece, scale), 1) as tf.Tensor3D;
        sum.add(tf.matMul(weightsOf(weights, piece.queries.begin, piece.queries.count), p), piece.keys);
      });
    }
    const y = sum.take() as tf.Tensor3D;
    tape?.record(y, [q, k], [q, k, weights], (dy, needs, saved) => {
      const [q, k, weights] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor3D];
      const [dq, dk] = [q, k].map((x) => new SpannedSum(2, x.shape[2]));
      for (const piece of pieces) {
        tf.tidy(() => {
          const p = pieceProbabilities(q, k, mask, piece, scale);
          const dySeen = tf.slice(dy, [0, 0, piece.keys.begin], [dy.shape[0], dy.shape[1]!, piece.keys.count]);
          const rows = weightsOf(weights, piece.queries.begin, piece.queries.count);
          const dp = tf.div(tf.expandDims(tf.matMul(rows, dySeen, true, false), 1), heads); // [B, 1, R, N_k]
          const dLogits = tf.mul(p, tf.sub(dp, tf.sum(tf.mul(p, dp), -1, true)));
          const [dRow, dKey] = logitGradients(
            dLogits,
            sliceRows(q, piece.queries),
            sliceRows(k, piece.keys),
            scale,
            needs,
          );
          if (dRow) dq.add(dRow, piece.queries);
          if (dKey) dk.add(dKey, piece.keys);
        });
      }
      return [dq, dk].map((gradient, i) => (needs[i] ? gradient.take() : null));
    });
    return y;
  });
}

/** The same where keys have weights. */
function policyRows(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  weights: tf.Tensor3D,
  mask: AttentionMask | null,
  policy: KeyPolicy,
  scale: number,
  tape?: Tape,
): tf.Tensor3D {
  return tf.tidy(() => {
    const bias = mask?.rows({ begin: 0, count: q.shape[2] }, { begin: 0, count: k.shape[2] }) ?? null;
    const keyWeights = policyWeights(policy);
    const shares = policyExponentials(maskedLogits(q, k, bias, scale), keyWeights);
    const y = tf.matMul(weights, tf.mean(tf.mul(shares, keyWeights), 1) as tf.Tensor3D) as tf.Tensor3D;
    const saves = [q, k, weights, shares, keyWeights, policy.other];
    const heads = q.shape[1];
    tape?.record(y, [q, k, policy.keys], saves, (dy, needs, [q, k, weights, shares, keyWeights, other]) => {
      const dp = tf.div(tf.expandDims(tf.matMul(weights, dy, true, false), 1), heads); // [B, 1, R, N_k]
      const p = tf.mul(shares, keyWeights);
      const pull = tf.sub(dp, tf.sum(tf.mul(p, dp), -1, true));
      const [dq, dk] = logitGradients(tf.mul(p, pull), q as tf.Tensor4D, k as tf.Tensor4D, scale, needs);
      return [dq, dk, needs[2] ? keyGradients(policy.gradient, shares, keyWeights, pull, other) : null];
    });
    return y;
  });
}
