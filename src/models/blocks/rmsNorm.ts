/** Root-mean-square normalisation (Zhang & Sennrich, arXiv 1910.07467). */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * `y = x / sqrt(mean(x²) + ε) ∘ w`, over the last axis.
 *
 * @param x [R, H] float32.
 * @param weight [H].
 * @param epsilon added under the root.
 * @returns [R, H], in the caller's scope.
 */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number, tape?: Tape): tf.Tensor2D {
  const [y, scale] = tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)); // [R, 1]
    return [tf.mul(tf.mul(x, inverse), weight), inverse];
  }) as [tf.Tensor2D, tf.Tensor2D];
  tape?.record(y, [x, weight], [x, scale], (dy, needs, [input, inverse]) => {
    const normalised = tf.mul(input, inverse);
    const weighted = tf.mul(dy, weight);
    const projection = tf.mean(tf.mul(weighted, normalised), -1, true);
    return [
      needs[0] ? tf.mul(inverse, tf.sub(weighted, tf.mul(normalised, projection))) : null,
      needs[1] ? tf.sum(tf.mul(dy, normalised), 0) : null,
    ];
  });
  scale.dispose();
  return y;
}
