/** Exponential decay from layer k down to the floor ρ. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import {
  column,
  defineKernelFunction,
  type KernelFunction,
  kernelOptions,
  logit,
  sigmoid,
  softplus,
} from "./kernelFunction.js";

/**
 * `r_i = max(ρ, e_i)`, `e_i = exp(−λ(i − k)₊)`, with `k = L·σ(θ_0)`, `λ = −log σ(θ_1)` (so σ(θ_1) is the part that survives
 * each layer) and `ρ = σ(θ_2)`.
 *
 * In execution the maximum is exact. In training it is smoothed, so that the losing branch keeps a gradient: with the p-norm
 * `N(e) = (ρᵖ + eᵖ)^{1/p}`, `r_i = ρ + (1 − ρ)·(N(e_i) − ρ)/(N(1) − ρ)`, which is monotone, 1 where e = 1 and ρ where e = 0,
 * and exceeds the exact maximum by at most (2^{1/p} − 1)·ρ. Logarithms throughout: ρᵖ underflows float32 for small ρ.
 *
 * @param options.sharpness p of the smoothed maximum, default 16 (at most 4.5 % of ρ too high, where both branches meet).
 */
export function exponential(options?: Readonly<Record<string, number>>): KernelFunction {
  const { sharpness } = kernelOptions("exponential", options, { sharpness: 16 });
  return defineKernelFunction({
    name: "exponential",
    options: { sharpness },
    parameterCount: () => 3,
    // The decay meets the floor inside the stack: far from it one of the two would have no gradient.
    initial: (layers) => [logit(0.2), logit(Math.exp(-2.5 / layers)), logit(0.25)],
    laterShares(theta, layers, positions, phase) {
      const k = tf.mul(tf.sigmoid(column(theta, 0)), layers); // [B, 1]
      const lambda = tf.softplus(tf.neg(column(theta, 1))); // [B, 1]
      const logRho = tf.neg(tf.softplus(tf.neg(column(theta, 2)))); // [B, 1]
      const logDecay = tf.neg(tf.mul(lambda, tf.relu(tf.sub(positions, k)))); // [B, L−1]
      if (phase === "execution") return tf.exp(tf.maximum(logRho, logDecay)) as tf.Tensor2D;
      const rho = tf.exp(logRho);
      const norm = (logE: tf.Tensor): tf.Tensor =>
        tf.exp(tf.add(logRho, tf.div(tf.softplus(tf.mul(tf.sub(logE, logRho), sharpness)), sharpness)));
      const above = tf.sub(norm(logDecay), rho); // [B, L−1]
      const range = tf.sub(norm(tf.zerosLike(logRho)), rho); // [B, 1], at least 2^{1/p} − 1
      return tf.add(rho, tf.mul(tf.sub(1, rho), tf.div(above, range))) as tf.Tensor2D;
    },
    describe: (theta, layers) => ({
      k: layers * sigmoid(theta[0]),
      lambda: softplus(-theta[1]),
      rho: sigmoid(theta[2]),
    }),
  });
}
