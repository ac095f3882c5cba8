/** Activations of the feed-forward parts. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * SwiGLU's gate `silu(g) ∘ u` (Shazeer, arXiv 2002.05202).
 *
 * @param gate [R, I]
 * @param up [R, I]
 * @returns [R, I]; owned by the tape, or by the caller's scope without one.
 */
export function siluGate(gate: tf.Tensor2D, up: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  const y = tf.tidy(() => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up)) as tf.Tensor2D;
  tape?.record(y, [gate, up], (dy, needs) => {
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid);
    // silu'(g) = σ + silu·(1 − σ)
    const slope = tf.add(sigmoid, tf.sub(silu, tf.mul(silu, sigmoid)));
    return [needs[0] ? tf.mul(tf.mul(dy, up), slope) : null, needs[1] ? tf.mul(dy, silu) : null];
  });
  return y;
}

/** The exact Gaussian error linear unit `x·Φ(x)` (Hendrycks & Gimpel, arXiv 1606.08415). [R, C] → [R, C]. */
export function gelu(x: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  const cdf = () => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
  const y = tf.tidy(() => tf.mul(x, cdf())) as tf.Tensor2D;
  tape?.record(y, [x], (dy) => {
    const density = tf.mul(tf.exp(tf.mul(-0.5, tf.square(x))), 1 / Math.sqrt(2 * Math.PI));
    return [tf.mul(dy, tf.add(cdf(), tf.mul(x, density)))];
  });
  return y;
}
