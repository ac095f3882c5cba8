import * as tf from "@tensorflow/tfjs";
import { type AttentionMask, MASKED } from "../../../src/models/blocks/index.js";

/**
 * The whole of a mask as numbers, for each sequence all its queries over all its keys.
 *
 * @returns [batch · queries · keys] of 0 and `MASKED`, however the mask shortens it.
 */
export function maskValues(mask: AttentionMask, batch: number, queries: number, keys: number): Float32Array {
  return tf.tidy(() => {
    const rows = mask.rows({ begin: 0, count: queries }, { begin: 0, count: keys });
    const whole = rows ?? (tf.zeros([1, 1, queries, keys]) as tf.Tensor4D);
    return tf
      .tile(whole, [batch / whole.shape[0], 1, 1, 1])
      .dataSync<"float32">()
      .slice();
  });
}

export const HIDDEN = Math.fround(MASKED);
