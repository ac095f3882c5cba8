/** A sigmoid descent of learnt steepness. Source: METHOD §3; the P-sigmoid of G-Search, arXiv 2412.00556. */
import * as tf from "@tensorflow/tfjs";
import { column, defineKernelFunction, type KernelFunction, kernelOptions, logit, sigmoid } from "./kernelFunction.js";

/**
 * `r_i = ρ + (1 − ρ)·σ(−τ(i − k))`, with `k = L·σ(θ_0)`, `τ = κ·σ(θ_1)` and `ρ = σ(θ_2)`.
 *
 * @param options.kappa the steepest descent allowed, κ, default 10: as steep as the cut of `singleStep`.
 */
export function pSigmoid(options?: Readonly<Record<string, number>>): KernelFunction {
  const { kappa } = kernelOptions("pSigmoid", options, { kappa: 10 });
  return defineKernelFunction({
    name: "pSigmoid",
    options: { kappa },
    parameterCount: () => 3,
    initial: () => [0, logit(0.1), logit(0.1)],
    laterShares(theta, layers, positions) {
      const k = tf.mul(tf.sigmoid(column(theta, 0)), layers); // [B, 1]
      const tau = tf.mul(tf.sigmoid(column(theta, 1)), kappa); // [B, 1]
      const rho = tf.sigmoid(column(theta, 2)); // [B, 1]
      const kept = tf.sigmoid(tf.mul(tau, tf.sub(k, positions))); // [B, L−1]
      return tf.add(rho, tf.mul(tf.sub(1, rho), kept)) as tf.Tensor2D;
    },
    describe: (theta, layers) => ({
      k: layers * sigmoid(theta[0]),
      tau: kappa * sigmoid(theta[1]),
      rho: sigmoid(theta[2]),
    }),
  });
}
