/** One cut: every visual token up to layer k, the share ρ after it. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import { column, defineKernelFunction, type KernelFunction, kernelOptions, sigmoid } from "./kernelFunction.js";

/**
 * `r_i = 1 + (ρ − 1)·σ(κ(i − k))`, with `k = L·σ(θ_0)` and `ρ = σ(θ_1)`.
 *
 * @param options.kappa steepness κ of the cut, default 10: one layer beside the cut the share is within 5e-5 of its plateau
 *   when k lies on a layer, and within 7e-3 at worst (k half-way between two).
 */
export function singleStep(options?: Readonly<Record<string, number>>): KernelFunction {
  const { kappa } = kernelOptions("singleStep", options, { kappa: 10 });
  return defineKernelFunction({
    name: "singleStep",
    options: { kappa },
    parameterCount: () => 2,
    initial: () => [0, 0],
    laterShares(theta, layers, positions) {
      const k = tf.mul(tf.sigmoid(column(theta, 0)), layers); // [B, 1]
      const rho = tf.sigmoid(column(theta, 1)); // [B, 1]
      // ρ + (1 − ρ)·σ(κ(k − i)): the same number, and it cannot round below ρ.
      const kept = tf.sigmoid(tf.mul(tf.sub(k, positions), kappa)); // [B, L−1]
      return tf.add(rho, tf.mul(tf.sub(1, rho), kept)) as tf.Tensor2D;
    },
    describe: (theta, layers) => ({ k: layers * sigmoid(theta[0]), rho: sigmoid(theta[1]) }),
  });
}
