/** Which tokens the rows of a batch are, and which of them may see which. */
import * as tf from "@tensorflow/tfjs";
import { MASKED } from "./blocks/index.js";
import type { TokenLayout } from "./model.js";

/** A layout from each sample's kept places, ascending, padded at the end with −1 to the longest (or to `length`). */
export function layoutFrom(kept: readonly ArrayLike<number>[], length?: number): TokenLayout {
  const longest = length ?? Math.max(...kept.map((places) => places.length));
  const index = new Int32Array(kept.length * longest).fill(-1);
  kept.forEach((places, b) => {
    for (let i = 0; i < places.length; i++) index[b * longest + i] = places[i];
  });
  return { batch: kept.length, length: longest, index };
}

/**
 * Causal mask by original place, with an optional window: a row sees the rows at or before its own place, at most
 * `window − 1` before it. Padding is seen by nobody; it sees the first row, so that its own numbers stay finite.
 *
 * @param keys real rows in ascending order; padding may stand anywhere (behind a cached prompt, generated tokens follow it).
 * @returns [B, 1, N_q, N_k] of 0 and `MASKED`, or [1, 1, N, N] where one mask serves all samples; caller disposes.
 */
export function causalBias(queries: TokenLayout, keys: TokenLayout, window: number | null): tf.Tensor4D {
  const { batch, length: nq, index: qi } = queries;
  const { length: nk, index: ki } = keys;
  if (queries.samples && keys.samples) return packedBias(queries, keys, window);
  // Rows keep their order and padding comes last: among the same rows, without a window, earlier slots are what is seen.
  if (queries === keys && window === null) return triangle(nq);
  const samples = batch;
  const mask = new Float32Array(samples * nq * nk).fill(MASKED);
  for (let b = 0; b < samples; b++) {
    for (let q = 0; q < nq; q++) {
      const place = qi[b * nq + q];
      const row = (b * nq + q) * nk;
      if (place < 0) mask[row] = 0;
      for (let k = 0; k < nk; k++) {
        const key = ki[b * nk + k];
        if (key > place) break;
        if (key < 0) continue;
        if (window === null || place - key < window) mask[row + k] = 0;
      }
    }
  }
  return tf.tensor4d(mask, [samples, 1, nq, nk]);
}

/** The causal mask of sequences that hold several samples: as `causalBias`, and within a sample only. */
function packedBias(queries: TokenLayout, keys: TokenLayout, window: number | null): tf.Tensor4D {
  const { batch, length: nq, index: qi, samples: qs } = queries;
  const { length: nk, index: ki, samples: ks } = keys;
  const mask = new Float32Array(batch * nq * nk).fill(MASKED);
  const first = new Map<number, number>();
  for (let k = ks!.length - 1; k >= 0; k--) first.set(ks![k], k);
  for (let b = 0; b < batch; b++) {
    for (let q = b * nq; q < (b + 1) * nq; q++) {
      const sample = qs![q];
      if (sample < 0) mask[q * nk] = 0;
      const begin = sample < 0 ? undefined : first.get(sample);
      if (begin === undefined) continue;
      for (let k = begin; k < (b + 1) * nk && ks![k] === sample && ki[k] <= qi[q]; k++) {
        if (window === null || qi[q] - ki[k] < window) mask[(q - b) * nk + k] = 0;
      }
    }
  }
  return tf.tensor4d(mask, [batch, 1, nq, nk]);
}

/** [1, 1, N, N]: 0 on and below the diagonal, `MASKED` above. */
function triangle(n: number): tf.Tensor4D {
  const mask = new Float32Array(n * n);
  for (let q = 0; q < n; q++) mask.fill(MASKED, q * n + q + 1, (q + 1) * n);
  return tf.tensor4d(mask, [1, 1, n, n]);
}

/** 1 where a query and a key are different tokens, 0 on a token meeting itself: [B, 1, N_q, N_k]; caller disposes. */
export function otherTokens(queries: TokenLayout, keys: TokenLayout): tf.Tensor4D {
  const { batch, length: nq, index: qi } = queries;
  const { length: nk, index: ki } = keys;
  const other = new Float32Array(batch * nq * nk).fill(1);
  for (let b = 0; b < batch; b++) {
    for (let q = 0, k = 0; q < nq; q++) {
      const place = qi[b * nq + q];
      if (place < 0) break;
      while (k < nk && ki[b * nk + k] >= 0 && ki[b * nk + k] < place) k++;
      if (k < nk && ki[b * nk + k] === place) other[(b * nq + q) * nk + k] = 0;
    }
  }
  return tf.tensor4d(other, [batch, 1, nq, nk]);
}

/** Where each wanted token lies among a layout's rows, [B · R]; padding, and tokens that are gone, give 0. */
export function slotsOf(layout: TokenLayout, wanted: TokenLayout): Int32Array {
  const slots = new Int32Array(wanted.index.length);
  for (let b = 0; b < wanted.batch; b++) {
    for (let r = 0, slot = 0; r < wanted.length; r++) {
      const place = wanted.index[b * wanted.length + r];
      if (place < 0) break;
      while (slot < layout.length - 1 && layout.index[b * layout.length + slot] < place) slot++;
      if (layout.index[b * layout.length + slot] === place) slots[b * wanted.length + r] = slot;
    }
  }
  return slots;
}
