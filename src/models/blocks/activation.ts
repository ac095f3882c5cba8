/** Activations of the feed-forward parts. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * SwiGLU's gate `silu(g) ∘ u` (Shazeer, arXiv 2002.05202).
 *
 * @param gate [R, I]
 * @param up [R, I]
 * @returns [R, I], in the caller's scope.
 */
export function siluGate(gate: tf.Tensor2D, up: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  return tf.tidy(() => {
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid) as tf.Tensor2D;
    const y = tf.mul(silu, up) as tf.Tensor2D;
    tape?.record(y, [gate, up], [sigmoid, silu, up], (dy, needs, [s, z, u]) => [
      // silu'(g) = σ + silu·(1 − σ)
      needs[0] ? tf.mul(tf.mul(dy, u), tf.add(s, tf.mul(z, tf.sub(1, s)))) : null,
      needs[1] ? tf.mul(dy, z) : null,
    ]);
    return y;
  });
}

/** The exact Gaussian error linear unit `x·Φ(x)` (Hendrycks & Gimpel, arXiv 1606.08415). [R, C] → [R, C]. */
export function gelu(x: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  return tf.tidy(() => {
    const cdf = tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
    const y = tf.mul(x, cdf) as tf.Tensor2D;
    tape?.record(y, [x], [x, cdf], (dy, _, [input, phi]) => {
      const density = tf.mul(tf.exp(tf.mul(-0.5, tf.square(input))), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(dy, tf.add(phi, tf.mul(input, density)))];
    });
    return y;
  });
}
