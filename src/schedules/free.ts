/** Every layer its own parameter: the upper bound on what the other kernel functions can express. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import { defineKernelFunction, type KernelFunction, kernelOptions, logit, sigmoid } from "./kernelFunction.js";

/** `r_i = Π_{j=1…i} σ(θ_j)`, L − 1 parameters: θ_1 is stored at index 0. It has no options. */
export function free(options?: Readonly<Record<string, number>>): KernelFunction {
  kernelOptions("free", options, {});
  return defineKernelFunction({
    name: "free",
    options: {},
    parameterCount: (layers) => layers - 1,
    // Down to a quarter at the last layer, by equal factors.
    initial: (layers) => new Float32Array(layers - 1).fill(logit(0.25 ** (1 / Math.max(1, layers - 1)))),
    // A running sum of logarithms: TensorFlow.js has no gradient for a running product.
    // log σ(θ) = −softplus(−θ); tf.logSigmoid's own gradient reads its input after an enclosing tidy has released it.
    laterShares: (theta) => tf.exp(tf.cumsum(tf.neg(tf.softplus(tf.neg(theta))), 1)) as tf.Tensor2D, // [B, L−1]
    describe: (theta) => ({ factors: Array.from(theta, sigmoid) }),
  });
}
