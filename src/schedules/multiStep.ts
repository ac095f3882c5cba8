/** Several cuts, progressive by construction: the family that the paper finds best. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import { defineKernelFunction, type KernelFunction, kernelOptions, softmax } from "./kernelFunction.js";

/**
 * `r_i = 1 − Σ_s d_s·σ(κ(i − k_s))`, s = 1 … S. Parameters: θ_0 … θ_S are the logits of a softmax over S + 1 whose first S
 * entries are the drops `d` (the last is what is never dropped); θ_{S+1} … θ_{2S+1} are the logits of another, and `k_s` is L
 * times the sum of its first s entries, so the cuts come in order.
 *
 * @param options.steps S, a whole number from 1 to 64, default 3: three drops make the four stages of the progressive recipes
 *   in the field (PyramidDrop), with 8 parameters; most of the best hand-searched schedules of the embedded model have two or
 *   three drops. `multiStep:S` says it in a specification string.
 * @param options.kappa steepness κ of every cut, default 10.
 */
export function multiStep(options?: Readonly<Record<string, number>>): KernelFunction {
  const { steps, kappa } = kernelOptions("multiStep", options, { steps: 3, kappa: 10 });
  if (!Number.isInteger(steps) || steps > 64) {
    throw new EspalierError(`multiStep was given ${steps} steps; it takes a whole number of steps from 1 to 64.`);
  }
  return defineKernelFunction({
    name: "multiStep",
    options: { steps, kappa },
    parameterCount: () => 2 * (steps + 1),
    // Equal drops at equal distances.
    initial: () => new Float32Array(2 * (steps + 1)),
    laterShares(theta, layers, positions) {
      const drops = tf.softmax(tf.slice(theta, [0, 0], [-1, steps + 1])); // [B, S+1]
      const gaps = tf.softmax(tf.slice(theta, [0, steps + 1], [-1, steps + 1])); // [B, S+1]
      const k = tf.mul(tf.slice(tf.cumsum(gaps, 1), [0, 0], [-1, steps]), layers); // [B, S]
      const kept = tf.sigmoid(tf.mul(tf.sub(k.expandDims(2), positions.expandDims(0)), kappa)); // [B, S, L−1]
      const d = tf.slice(drops, [0, 0], [-1, steps]).expandDims(2); // [B, S, 1]
      const last = tf.slice(drops, [0, steps], [-1, 1]); // [B, 1]
      // last + Σ d_s·σ(κ(k_s − i)) is the same number and cannot round below 0; the softmax may sum to 1 + 1e-7.
      return tf.minimum(tf.add(last, tf.sum(tf.mul(d, kept), 1)), 1) as tf.Tensor2D; // [B, L−1]
    },
    describe(theta, layers) {
      const row = Array.from(theta);
      const gaps = softmax(row.slice(steps + 1));
      let sum = 0;
      const k = gaps.slice(0, steps).map((gap) => {
        sum += gap;
        return layers * sum;
      });
      return { k, d: softmax(row.slice(0, steps + 1)).slice(0, steps) };
    },
  });
}
