/** The parts of the predictor that the models do not have; recorded on a tape as theirs are. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../tensor/index.js";

/**
 * Feature-wise linear modulation, `x∘(1 + scale) + shift` (Perez et al., arXiv 1709.07871).
 *
 * @param x [B·N, C]
 * @param film [B, 2·C]: scales, then shifts; one row for the N rows of a sample.
 * @returns [B·N, C], in the caller's scope.
 */
export function modulate(x: tf.Tensor2D, film: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  const [rows, width] = x.shape;
  const batch = film.shape[0];
  const wide: [number, number, number] = [batch, rows / batch, width];
  return tf.tidy(() => {
    const [scale, shift] = tf.split(tf.reshape(film, [batch, 1, 2 * width]), 2, 2);
    const factor = tf.add(scale, 1);
    const samples = tf.reshape(x, wide);
    const y = tf.reshape(tf.add(tf.mul(samples, factor), shift), [rows, width]) as tf.Tensor2D;
    tape?.record(y, [x, film], [samples, factor], (dy, needs, [input, by]) => {
      const dOut = tf.reshape(dy, wide);
      return [
        needs[0] ? tf.reshape(tf.mul(dOut, by), [rows, width]) : null,
        needs[1] ? tf.concat([tf.sum(tf.mul(dOut, input), 1), tf.sum(dOut, 1)], 1) : null,
      ];
    });
    return y;
  });
}

/**
 * Weighted sum of each sample's rows.
 *
 * @param x [B·N, C]
 * @param weights [B, N]; rows of weight 0 are not there.
 * @returns [B, C], in the caller's scope.
 */
export function pool(x: tf.Tensor2D, weights: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  const [batch, length] = weights.shape;
  const width = x.shape[1];
  return tf.tidy(() => {
    const each = tf.reshape(weights, [batch, 1, length]);
    const y = tf.reshape(tf.matMul(each, tf.reshape(x, [batch, length, width])), [batch, width]) as tf.Tensor2D;
    tape?.record(y, [x], [each], (dy, _, [w]) => {
      const spread = tf.matMul(w, tf.reshape(dy, [batch, 1, width]), true, false);
      return [tf.reshape(spread, [batch * length, width])];
    });
    return y;
  });
}
