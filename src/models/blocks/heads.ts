/** Between rows of activations and heads. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * [B·N, h·d] → [B, h, N, d].
 *
 * @returns in the caller's scope.
 */
export function splitHeads(x: tf.Tensor2D, batch: number, heads: number, tape?: Tape): tf.Tensor4D {
  const [rows, width] = x.shape;
  const y = tf.tidy(() => tf.transpose(tf.reshape(x, [batch, rows / batch, heads, width / heads]), [0, 2, 1, 3]));
  tape?.record(y, [x], [], (dy) => [tf.reshape(tf.transpose(dy, [0, 2, 1, 3]), [rows, width])]);
  return y as tf.Tensor4D;
}

/** [B, h, N, d] → [B·N, h·d], in the caller's scope. */
export function mergeHeads(x: tf.Tensor4D, tape?: Tape): tf.Tensor2D {
  const [batch, heads, length, width] = x.shape;
  const y = tf.tidy(() => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, heads * width]));
  tape?.record(y, [x], [], (dy) => [tf.transpose(tf.reshape(dy, [batch, length, heads, width]), [0, 2, 1, 3])]);
  return y as tf.Tensor2D;
}

/** The heads from `begin` on, `count` of them: [B, h, N, d] → [B, count, N, d], in the caller's scope. */
export function sliceHeads(x: tf.Tensor4D, begin: number, count: number, tape?: Tape): tf.Tensor4D {
  const [batch, heads, length, width] = x.shape;
  const y = tf.slice(x, [0, begin, 0, 0], [batch, count, length, width]);
  tape?.record(y, [x], [], (dy) => [
    tf.pad(dy as tf.Tensor4D, [
      [0, 0],
      [begin, heads - begin - count],
      [0, 0],
      [0, 0],
    ]),
  ]);
  return y;
}
