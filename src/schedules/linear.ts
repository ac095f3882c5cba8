/** A straight descent from 1 at layer k to ρ at the (virtual) layer L. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import { column, defineKernelFunction, type KernelFunction, kernelOptions, logit, sigmoid } from "./kernelFunction.js";

/**
 * `r_i = 1 − (1 − ρ)·(i − k)₊/(L − k)`, with `k = L·σ(θ_0)` and `ρ = σ(θ_1)`. It has no options.
 *
 * Where `k` meets a layer index exactly, the derivative is the one from above (0 for that layer).
 */
export function linear(options?: Readonly<Record<string, number>>): KernelFunction {
  kernelOptions("linear", options, {});
  return defineKernelFunction({
    name: "linear",
    options: {},
    parameterCount: () => 2,
    initial: () => [logit(0.2), logit(0.2)],
    laterShares(theta, layers, positions) {
      const k = tf.mul(tf.sigmoid(column(theta, 0)), layers); // [B, 1]
      const rho = tf.sigmoid(column(theta, 1)); // [B, 1]
      // A layer below the start of the descent contributes 0, and where one is above it, L − k > 1: the maximum changes
      // no value and keeps k → L from dividing by zero.
      const descent = tf.div(tf.relu(tf.sub(positions, k)), tf.maximum(tf.sub(layers, k), 1)); // [B, L−1]
      return tf.sub(1, tf.mul(tf.sub(1, rho), descent)) as tf.Tensor2D;
    },
    describe: (theta, layers) => ({ k: layers * sigmoid(theta[0]), rho: sigmoid(theta[1]) }),
  });
}
