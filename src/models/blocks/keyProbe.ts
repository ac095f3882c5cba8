/**
 * What keys are worth to plain attention: the gradient of a policy that keeps all of them and has dropped some others.
 *
 * A hard policy needs no weights in the forward pass, because dropped keys are simply not there. Its gradient still asks of
 * every kept key what losing it would change, and of every dropped one what taking it in would (METHOD §4, `marginal`).
 */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { type AttentionOptions, pieceGradients, type Saved } from "./attention.js";
import type { AttentionMask, Span } from "./attentionMask.js";
import { maskedLogits, mix, pulls } from "./attentionMaths.js";
import { type Piece, planPieces, SpannedSum, sliceRows } from "./pieces.js";

/** Keys that are not attended to, but whose gradient is wanted. */
export interface DroppedKeys {
  /** [B, h_kv, D, d], rotated. */
  readonly keys: tf.Tensor4D;
  /** [B, h_kv, D, d] */
  readonly values: tf.Tensor4D;
  /** Which of them a query would see; null where every query would see all. */
  readonly mask: AttentionMask | null;
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

/** The queries of a piece that meet their own key in it; padding does not where its own key is seen by nobody. */
function meetingThemselves({ queries, keys }: Piece): Span {
  const begin = Math.max(queries.begin, keys.begin);
  const end = Math.min(queries.begin + queries.count, keys.begin + keys.count);
  return { begin, count: Math.max(0, end - begin) };
}

/** Indices into [B, h, queries, keys], flat, of those queries meeting their own key. */
function ownKeys(matrices: number, { queries, keys }: Piece, { begin, count }: Span): Int32Array {
  const index = new Int32Array(matrices * count);
  for (let m = 0, at = 0; m < matrices; m++) {
    for (let row = begin; row < begin + count; row++) {
      index[at++] = (m * queries.count + row - queries.begin) * keys.count + row - keys.begin;
    }
  }
  return index;
}

/** What a piece adds to the worth of kept keys. */
class KeptWorth {
  readonly #sum: SpannedSum;
  readonly #square: boolean;

  constructor(keys: number, square: boolean) {
    this.#sum = new SpannedSum(1, keys);
    this.#square = square;
  }

  add(piece: Piece, dLogits: tf.Tensor): void {
    this.#sum.add(tf.sum(dLogits, [1, 2]), piece.keys);
    const rows = meetingThemselves(piece);
    if (!this.#square || rows.count === 0) return;
    const [batch, heads] = dLogits.shape;
    const own = tf.gather(tf.reshape(dLogits, [-1]), tf.tensor1d(ownKeys(batch * heads, piece, rows), "int32"));
    this.#sum.add(tf.neg(tf.sum(tf.reshape(own, [batch, heads, rows.count]), 1)), rows);
  }

  take(): tf.Tensor {
    return this.#sum.take();
  }
}

/** The effect of taking each dropped key in: its share of the mixture then, times its pull. [B, D] */
function worthOfDropped(
  q: tf.Tensor4D,
  dy: tf.Tensor4D,
  y: tf.Tensor4D,
  normaliser: tf.Tensor,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  bias: tf.Tensor4D | null,
  scale: number,
): tf.Tensor {
  const logits = maskedLogits(q, keys, bias, scale);
  // A dropped key may outweigh every kept one by more than float32's exponent; its share saturates at one.
  const e = tf.exp(tf.minimum(tf.sub(logits, normaliser), 80));
  return tf.sum(tf.mul(tf.div(e, tf.add(1, e)), pulls(dy, y, values, logits.shape)), [1, 2]);
}

/** log Σ exp of each row's logits, and their softmax; in the caller's scope. */
function probe(logits: tf.Tensor4D): { p: tf.Tensor4D; normaliser: tf.Tensor4D } {
  const p = tf.softmax(logits);
  // Read off at the largest probability, which never underflows.
  const normaliser = tf.sub(tf.max(logits, -1, true), tf.log(tf.max(p, -1, true))) as tf.Tensor4D;
  return { p, normaliser };
}

/**
 * `attention` without a policy, whose backward pass also fills the leaves of a probe.
 *
 * @param q [B, h, N_q, d], k and v [B, h_kv, N_k, d], mask: as in `attention`.
 * @returns [B, h, N_q, d], in the caller's scope. No gradient flows into dropped keys and values.
 */
export function probedAttention(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  mask: AttentionMask | null,
  { kept, square, dropped }: KeyProbe,
  tape: Tape,
  { scale = q.shape[3] ** -0.5, atOnce }: AttentionOptions = {},
): tf.Tensor4D {
  const pieces = planPieces(q.shape, k.shape[2], mask, atOnce);
  const whole = pieces.length === 1;
  const logitsOf = (q: tf.Tensor4D, k: tf.Tensor4D, { queries, keys }: Piece) =>
    maskedLogits(sliceRows(q, queries), sliceRows(k, keys), mask?.rows(queries, keys) ?? null, scale);
  return tf.tidy(() => {
    const parts = pieces.map((piece) =>
      tf.tidy(() => {
        const { p, normaliser } = probe(logitsOf(q, k, piece));
        const y = mix(p, sliceRows(v, piece.keys));
        return [y, normaliser, ...(whole ? [p] : [])];
      }),
    ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D?][];
    const joined = (at: 0 | 1) =>
      whole
        ? parts[0][at]
        : tf.concat(
            parts.map((part) => part[at]),
            2,
          );
    const [y, normaliser] = [joined(0), joined(1)];
    const inputs = [q, k, v, kept, ...(dropped ? [dropped.leaf] : [])];
    const saves = [q, k, v, y, normaliser, parts[0][2] ?? y, ...(dropped ? [dropped.keys, dropped.values] : [])];
    tape.record(y, inputs, saves, (dy, needs, saved) => {
      const [q, k, v, y, normaliser, p, keys, values] = saved as tf.Tensor4D[];
      const keptWorth = new KeptWorth(k.shape[2], square);
      const droppedWorth = keys ? new SpannedSum(1, keys.shape[2]) : null;
      const allDropped: Span = { begin: 0, count: keys ? keys.shape[2] : 0 };
      const gradients = pieceGradients(
        pieces,
        [q, k, v, y] as Saved,
        dy,
        needs,
        scale,
        (piece) =>
          whole ? p : (tf.exp(tf.sub(logitsOf(q, k, piece), sliceRows(normaliser, piece.queries))) as tf.Tensor4D),
        (piece, dLogits, dRows, yRows) => {
          if (needs[3]) keptWorth.add(piece, dLogits);
          if (!droppedWorth || !needs[4]) return;
          const bias = dropped?.mask?.rows(piece.queries, allDropped) ?? null;
          const [rows, normalisers] = [q, normaliser].map((x) => sliceRows(x, piece.queries));
          droppedWorth.add(worthOfDropped(rows, dRows, yRows, normalisers, keys, values, bias, scale), allDropped);
        },
      );
      return [
        ...gradients,
        needs[3] ? keptWorth.take() : null,
        ...(droppedWorth ? [needs[4] ? droppedWorth.take() : null] : []),
      ];
    });
    return y;
  });
}
