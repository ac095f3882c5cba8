/** Which tokens the rows of a batch are. */
import * as tf from "@tensorflow/tfjs";
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

/**
 * Where each wanted token lies among the rows of its sequence, [B · R]; padding, and tokens that are gone, give 0.
 *
 * @param wanted packed where the layout is, its samples in the same sequences and order.
 */
export function slotsOf(layout: TokenLayout, wanted: TokenLayout): Int32Array {
  const slots = new Int32Array(wanted.index.length);
  const { length } = layout;
  for (let b = 0; b < wanted.batch; b++) {
    for (let r = 0, slot = 0; r < wanted.length; r++) {
      const row = b * wanted.length + r;
      const place = wanted.index[row];
      if (place < 0) break;
      const sample = wanted.samples?.[row];
      // Rows of earlier samples, then earlier rows of the same sample.
      const isBefore = (at: number) => {
        if (sample !== undefined && layout.samples![at] !== sample)
          return layout.samples![at] >= 0 && layout.samples![at] < sample;
        return layout.index[at] < place;
      };
      while (slot < length - 1 && isBefore(b * length + slot)) slot++;
      const at = b * length + slot;
      if (layout.index[at] === place && layout.samples?.[at] === sample) slots[row] = slot;
    }
  }
  return slots;
}
