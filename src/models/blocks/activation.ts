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

/** The sigmoid approximation of the Gaussian error linear unit, `x·σ(1.702x)`, as CLIP has it. [R, C] → [R, C]. */
export function quickGelu(x: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  return tf.tidy(() => {
    const sigmoid = tf.sigmoid(tf.mul(x, 1.702));
    const y = tf.mul(x, sigmoid) as tf.Tensor2D;
    tape?.record(y, [x], [sigmoid, y], (dy, _, [s, z]) => [
      tf.mul(dy, tf.add(s, tf.mul(1.702, tf.mul(z, tf.sub(1, s))))),
    ]);
    return y;
  });
}

/** √(2/π) and the cubic's factor of the tanh approximation (arXiv 1606.08415 §2). */
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/** The tanh of the approximation. */
function tanhOf(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.tanh(tf.mul(TANH_SCALE, tf.add(x, tf.mul(TANH_CUBIC, tf.mul(x, tf.square(x)))))));
}

/** The derivative of `x/2·(1 + t)`, t the tanh above. */
function tanhGeluSlope(x: tf.Tensor, t: tf.Tensor): tf.Tensor {
  const inner = tf.mul(TANH_SCALE, tf.add(1, tf.mul(3 * TANH_CUBIC, tf.square(x))));
  return tf.mul(0.5, tf.add(tf.add(1, t), tf.mul(tf.mul(x, tf.sub(1, tf.square(t))), inner)));
}

/** The tanh approximation of the Gaussian error linear unit. [R, C] → [R, C]. */
export function tanhGelu(x: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  return tf.tidy(() => {
    const t = tanhOf(x);
    const y = tf.mul(tf.mul(0.5, x), tf.add(1, t)) as tf.Tensor2D;
    tape?.record(y, [x], [x, t], (dy, _, [input, tanh]) => [tf.mul(dy, tanhGeluSlope(input, tanh))]);
    return y;
  });
}

/** GeGLU's gate `gelu(g) ∘ u` (Shazeer, arXiv 2002.05202), by the tanh approximation. [R, I], [R, I] → [R, I]. */
export function tanhGeluGate(gate: tf.Tensor2D, up: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
  return tf.tidy(() => {
    const t = tanhOf(gate);
    const gated = tf.mul(tf.mul(0.5, gate), tf.add(1, t));
    const y = tf.mul(gated, up) as tf.Tensor2D;
    tape?.record(y, [gate, up], [gate, t, gated, up], (dy, needs, [g, tanh, z, u]) => [
      needs[0] ? tf.mul(tf.mul(dy, u), tanhGeluSlope(g, tanh)) : null,
      needs[1] ? tf.mul(dy, z) : null,
    ]);
    return y;
  });
}
