/** Root-mean-square normalisation (Zhang & Sennrich, arXiv 1910.07467). */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * `y = x / sqrt(mean(x²) + ε) ∘ w`, over the last axis.
 *
 * @param x [… , H] float32: rows of hidden states, or heads.
 * @param weight [H].
 * @param epsilon added under the root.
 * @returns the shape of x, in the caller's scope.
 */
export function rmsNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor1D, epsilon: number, tape?: Tape): T {
  const leading = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  const [y, scale] = tf.tidy(() => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)); // [… , 1]
    return [tf.mul(tf.mul(x, inverse), weight), inverse];
  }) as [T, tf.Tensor];
  tape?.record(y, [x, weight], [x, scale], (dy, needs, [input, inverse]) => {
    // With s = 1/rms: dx = s·dy∘w − x·s³·mean(dy∘w∘x)
    const dInput = () => {
      const weighted = tf.mul(dy, weight);
      const along = tf.mul(tf.pow(inverse, 3), tf.mean(tf.mul(weighted, input), -1, true)); // [… , 1]
      return tf.sub(tf.mul(weighted, inverse), tf.mul(input, along));
    };
    return [needs[0] ? dInput() : null, needs[1] ? tf.sum(tf.mul(dy, tf.mul(input, inverse)), leading) : null];
  });
  scale.dispose();
  return y;
}
