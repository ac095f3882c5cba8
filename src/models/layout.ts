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
 * @returns [B, 1, N_q, N_k] of 0 and `MASKED`, or [1, 1, N, N] where every sample has the same places; caller disposes.
 */
export function causalBias(queries: TokenLayout, keys: TokenLayout, window: number | null): tf.Tensor4D {
  const { batch, length: nq, index: qi } = queries;
  const { length: nk, index: ki } = keys;
  const same = batch > 1 && repeats(queries) && repeats(keys);
  const samples = same ? 1 : batch;
  const mask = new Float32Array(samples * nq * nk).fill(MASKED);
  for (let b = 0; b < samples; b++) {
    for (let q = 0; q < nq; q++) {
      const place = qi[b * nq + q];
      const row = (b * nq + q) * nk;
      if (place < 0) mask[row] = 0;
      for (let k = 0; k < nk; k++) {
        const key = ki[b * nk + k];
        if (key < 0 || key > place) break;
        if (window === null || place - key < window) mask[row + k] = 0;
      }
    }
  }
  return tf.tensor4d(mask, [samples, 1, nq, nk]);
}

/** Whether every sample of the layout has the first one's places. */
function repeats({ batch, length, index }: TokenLayout): boolean {
  for (let i = length; i < batch * length; i++) if (index[i] !== index[i - length]) return false;
  return true;
}
