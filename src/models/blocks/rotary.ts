/** Rotary position embedding (Su et al., arXiv 2104.09864), half-split layout as Hugging Face checkpoints use it. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/** cos and sin of the rotation of each row, [B, 1, N, d]; `sin` carries the sign of the half: (−sin, +sin). */
export interface Rotary {
  readonly cos: tf.Tensor4D;
  readonly sin: tf.Tensor4D;
}

/** θ^(−2j/d) for j < d/2, in float32 as the reference computes them. */
export function inverseFrequencies(dimension: number, theta: number): Float32Array {
  const result = new Float32Array(dimension / 2);
  for (let j = 0; j < result.length; j++) {
    result[j] = Math.fround(1 / Math.fround(theta ** Math.fround((2 * j) / dimension)));
  }
  return result;
}

/**
 * Builds the rotation of every row from its angles.
 *
 * @param angles [B·N, d/2] radians, row by row.
 * @returns tensors that the caller disposes.
 */
export function rotaryFromAngles(angles: Float32Array, batch: number, length: number, dimension: number): Rotary {
  const half = dimension / 2;
  const cos = new Float32Array(batch * length * dimension);
  const sin = new Float32Array(cos.length);
  for (let row = 0; row < batch * length; row++) {
    for (let j = 0; j < half; j++) {
      const angle = angles[row * half + j];
      const at = row * dimension + j;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at + half] = Math.sin(angle);
      sin[at] = -sin[at + half];
    }
  }
  const shape: [number, number, number, number] = [batch, 1, length, dimension];
  return { cos: tf.tensor4d(cos, shape), sin: tf.tensor4d(sin, shape) };
}

/** Exchanges the two halves of the last axis. */
function swapHalves(x: tf.Tensor4D): tf.Tensor4D {
  const [b, h, n, d] = x.shape;
  return tf.reshape(tf.reverse(tf.reshape(x, [b, h, n, 2, d / 2]), 3), [b, h, n, d]);
}

/**
 * Rotates each head's vector by its row's angles: `x∘cos + rotate_half(x)∘sin`.
 *
 * @param x [B, h, N, d].
 * @returns [B, h, N, d], in the caller's scope.
 */
export function rotate(x: tf.Tensor4D, { cos, sin }: Rotary, tape?: Tape): tf.Tensor4D {
  const y = tf.tidy(() => tf.add(tf.mul(x, cos), tf.mul(swapHalves(x), sin))) as tf.Tensor4D;
  tape?.record(y, [x], [cos, sin], (dy, _, [c, s]) => [
    tf.add(tf.mul(dy, c), swapHalves(tf.mul(dy, s) as tf.Tensor4D)),
  ]);
  return y;
}
