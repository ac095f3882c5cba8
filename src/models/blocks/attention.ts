/** Scaled dot-product attention, plain and with a policy over keys. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import type { AttentionMask, Span } from "./attentionMask.js";
import { logitGradients, maskedLogits, mix, pulls, valueGradient } from "./attentionMaths.js";
import { type KeyPolicy, keyGradients, policyExponentials, policyWeights } from "./keyPolicy.js";
import { type Piece, planPieces, SpannedSum, sliceRows } from "./pieces.js";

export interface AttentionOptions {
  /** What logits are multiplied with; default 1/√d. */
  readonly scale?: number;
  /** Logits in memory at once, in numbers; default 2²⁴. */
  readonly atOnce?: number;
}

/** The probabilities of one piece, [B, h, queries, keys], in the caller's scope. */
export function pieceProbabilities(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  mask: AttentionMask | null,
  { queries, keys }: Piece,
  scale: number,
): tf.Tensor4D {
  const bias = mask?.rows(queries, keys) ?? null;
  return tf.softmax(maskedLogits(sliceRows(q, queries), sliceRows(k, keys), bias, scale));
}

/** The whole of a mask, in the caller's scope. */
function wholeBias(mask: AttentionMask | null, queries: number, keys: number): tf.Tensor4D | null {
  const all = (count: number): Span => ({ begin: 0, count });
  return mask?.rows(all(queries), all(keys)) ?? null;
}

/**
 * Attention of every query over its keys.
 *
 * Without a policy long attention runs in pieces of queries, forwards and backwards: memory is linear in the tokens. With a
 * policy every logit is in memory at once.
 *
 * @param q [B, h, N_q, d], rotated.
 * @param k [B, h_kv, N_k, d], rotated.
 * @param v [B, h_kv, N_k, d].
 * @param mask which keys a query sees; null lets everything through.
 * @param policy weights of the keys; null keeps all.
 * @returns [B, h, N_q, d], in the caller's scope.
 */
export function attention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  mask: AttentionMask | null,
  policy: KeyPolicy | null,
  tape?: Tape,
  { scale = q.shape[3] ** -0.5, atOnce }: AttentionOptions = {},
): tf.Tensor4D {
  if (policy) return policyAttention(q, k, v, mask, policy, scale, tape);
  const pieces = planPieces(q.shape, k.shape[2], mask, atOnce);
  const whole = pieces.length === 1;
  return tf.tidy(() => {
    const parts = pieces.map((piece) =>
      tf.tidy(() => {
        const p = pieceProbabilities(q, k, mask, piece, scale);
        const y = mix(p, sliceRows(v, piece.keys));
        return whole && tape ? [y, p] : [y];
      }),
    ) as [tf.Tensor4D, tf.Tensor4D?][];
    const y = whole
      ? parts[0][0]
      : (tf.concat(
          parts.map(([part]) => part),
          2,
        ) as tf.Tensor4D);
    const saved = whole ? [q, k, v, y, parts[0][1] ?? y] : [q, k, v, y];
    tape?.record(y, [q, k, v], saved, (dy, needs, [q, k, v, y, p]) =>
      pieceGradients(pieces, [q, k, v, y] as Saved, dy, needs, scale, (piece) =>
        whole ? (p as tf.Tensor4D) : pieceProbabilities(q as tf.Tensor4D, k as tf.Tensor4D, mask, piece, scale),
      ),
    );
    return y;
  });
}

/** Queries, keys, values and the attention's result. */
export type Saved = [q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, y: tf.Tensor4D];

/**
 * The gradients of attention, piece by piece.
 *
 * @param probabilities of a piece; called within a scope of its own.
 * @param each told of every piece: its probabilities, the gradient of its logits, the gradient of its result and the result.
 * @returns gradients of queries, keys and values, in the caller's scope; null where unwanted.
 */
export function pieceGradients(
  pieces: readonly Piece[],
  [q, k, v, y]: Saved,
  dy: tf.Tensor,
  needs: readonly boolean[],
  scale: number,
  probabilities: (piece: Piece) => tf.Tensor4D,
  each?: (piece: Piece, dLogits: tf.Tensor, dRows: tf.Tensor4D, yRows: tf.Tensor4D) => void,
): (tf.Tensor | null)[] {
  const [dq, dk, dv] = [q, k, v].map((x) => new SpannedSum(2, x.shape[2]));
  for (const piece of pieces) {
    tf.tidy(() => {
      const p = probabilities(piece);
      const [rows, keys, values] = [sliceRows(q, piece.queries), sliceRows(k, piece.keys), sliceRows(v, piece.keys)];
      const [dRows, yRows] = [dy as tf.Tensor4D, y].map((x) => sliceRows(x, piece.queries));
      const dLogits = tf.mul(p, pulls(dRows, yRows, values, p.shape));
      const [dRow, dKey] = logitGradients(dLogits, rows, keys, scale, needs);
      if (dRow) dq.add(dRow, piece.queries);
      if (dKey) dk.add(dKey, piece.keys);
      if (needs[2]) dv.add(valueGradient(p, dRows, values.shape), piece.keys);
      each?.(piece, dLogits, dRows, yRows);
    });
  }
  return [dq, dk, dv].map((sum, i) => (needs[i] ? sum.take() : null));
}

/** Attention whose keys have weights, all logits at once. */
function policyAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  mask: AttentionMask | null,
  policy: KeyPolicy,
  scale: number,
  tape?: Tape,
): tf.Tensor4D {
  return tf.tidy(() => {
    const logits = maskedLogits(q, k, wholeBias(mask, q.shape[2], k.shape[2]), scale);
    // `shares` are the keys' exponentials over the normaliser: the probabilities where the weight is one.
    const weights = policyWeights(policy);
    const shares = policyExponentials(logits, weights);
    const y = mix(tf.mul(shares, weights), v);
    const { other, gradient } = policy;
    const saves = [q, k, v, y, shares, weights, other];
    tape?.record(y, [q, k, v, policy.keys], saves, (dy, needs, [q, k, v, y, shares, weights, other]) => {
      const pull = pulls(dy, y, v as tf.Tensor4D, shares.shape);
      const p = tf.mul(shares, weights);
      const [dq, dk] = logitGradients(tf.mul(p, pull), q as tf.Tensor4D, k as tf.Tensor4D, scale, needs);
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
