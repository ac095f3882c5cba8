/**
 * Long attention in pieces of queries: logits of one piece at a time are in memory, so memory grows with the tokens and not
 * with their square; and a piece meets only the keys that its mask lets it see, which halves a causal layer's work.
 *
 * Source: the idea of Rabe & Staats, arXiv 2112.05682; gradients recompute the logits, as in Dao et al., arXiv 2205.14135.
 */
import * as tf from "@tensorflow/tfjs";
import type { AttentionMask, Span } from "./attentionMask.js";

/** Logits in memory at once, in numbers: 64 MiB. */
export const LOGITS_AT_ONCE = 1 << 24;

/** Queries that are dealt with together, and the keys that they meet. */
export interface Piece {
  readonly queries: Span;
  readonly keys: Span;
}

/** Cuts attention into pieces; one piece with every key where all of it is small enough. */
export function planPieces(
  [batch, heads, queries]: readonly number[],
  keys: number,
  mask: AttentionMask | null,
  atOnce: number = LOGITS_AT_ONCE,
): Piece[] {
  if (batch * heads * queries * keys <= atOnce) {
    return [{ queries: { begin: 0, count: queries }, keys: { begin: 0, count: keys } }];
  }
  const step = Math.max(1, Math.floor(atOnce / (batch * heads * keys)));
  const pieces: Piece[] = [];
  for (let begin = 0; begin < queries; begin += step) {
    const rows = { begin, count: Math.min(step, queries - begin) };
    pieces.push({ queries: rows, keys: mask?.span(rows) ?? { begin: 0, count: keys } });
  }
  return pieces;
}

/** Some rows of [B, h, N, d], in the caller's scope; the tensor itself where those are all. */
export function sliceRows(x: tf.Tensor4D, { begin, count }: Span): tf.Tensor4D {
  const [batch, heads, rows, width] = x.shape;
  return count === rows ? x : tf.slice(x, [0, 0, begin, 0], [batch, heads, count, width]);
}

/** A gradient that pieces add to, each over its own span of one axis. */
export class SpannedSum {
  readonly #axis: number;
  readonly #length: number;
  #sum: tf.Tensor | null = null;

  /** @param axis along which spans lie. @param length of that axis. */
  constructor(axis: number, length: number) {
    this.#axis = axis;
    this.#length = length;
  }

  /** Adds what one piece found; keeps it beyond the caller's scope. */
  add(part: tf.Tensor, { begin, count }: Span): void {
    const whole = count === this.#length ? part : tf.pad(part, this.#padding(part.rank, begin, count));
    const before = this.#sum;
    this.#sum = tf.keep(before ? tf.add(before, whole) : tf.clone(whole));
    before?.dispose();
  }

  /** The sum, handed over to the caller's scope. */
  take(): tf.Tensor {
    const sum = this.#sum!;
    this.#sum = null;
    const result = tf.clone(sum);
    sum.dispose();
    return result;
  }

  #padding(rank: number, begin: number, count: number): [number, number][] {
    return Array.from({ length: rank }, (_, axis) =>
      axis === this.#axis ? [begin, this.#length - begin - count] : [0, 0],
    );
  }
}
