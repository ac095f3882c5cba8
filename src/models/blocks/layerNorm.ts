/** Layer normalisation (Ba et al., arXiv 1607.06450). */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

export interface LayerNormParameters {
  /** [C] each. */
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/**
 * `y = (x − mean) / sqrt(variance + ε) ∘ w + b`, over the last axis.
 *
 * @param x [R, C]
 * @param epsilon added under the root; default 1e-5.
 * @returns [R, C], in the caller's scope.
 */
export function layerNorm(
  x: tf.Tensor2D,
  { weight, bias }: LayerNormParameters,
  epsilon = 1e-5,
  tape?: Tape,
): tf.Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normalised = tf.mul(centred, inverse);
    const y = tf.add(tf.mul(normalised, weight), bias) as tf.Tensor2D;
    tape?.record(y, [x, weight, bias], [normalised, inverse, weight], (dy, needs, [z, scale, w]) => {
      const weighted = tf.mul(dy, w);
      const along = tf.mul(z, tf.mean(tf.mul(weighted, z), -1, true));
      return [
        needs[0] ? tf.mul(scale, tf.sub(tf.sub(weighted, tf.mean(weighted, -1, true)), along)) : null,
        needs[1] ? tf.sum(tf.mul(dy, z), 0) : null,
        needs[2] ? tf.sum(dy, 0) : null,
      ];
    });
    return y;
  });
}
