/**
 * What a kernel function is: a family of schedules with few parameters. Source: METHOD §3.
 *
 * A predictor emits unconstrained numbers; the kernel function maps them with sigmoid and softmax onto a monotone schedule.
 * Each family is one file of this folder; the folder's index lists them.
 */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";

/** Where shares are used: the exponential kernel is smoothed in training and exact in execution; the others do not differ. */
export type Phase = "training" | "execution";

/** A family of schedules: unconstrained parameters `theta` → shares. */
export interface KernelFunction {
  /** The field's name of the family, a key of `KERNEL_FUNCTIONS`. */
  readonly name: string;
  /** Every option with its value; `kernelFunction({ name, ...options })` builds the same function again. */
  readonly options: Readonly<Record<string, number>>;
  /** P, the length of a parameter row for a decoder of `layers` layers. */
  parameterCount(layers: number): number;
  /** A parameter row [P] to start from: about half of the visual tokens kept on average, every parameter far from its ends. */
  initial(layers: number): Float32Array;
  /**
   * @param theta [B, P] float32, unconstrained and finite.
   * @param layers L ≥ 1.
   * @param phase default "training".
   * @returns [B, L] float32 in [0, 1], non-increasing up to float32 rounding, column 0 exactly 1. The caller disposes.
   *   Differentiable on TensorFlow.js' own tape; nothing else stays allocated.
   * @throws RangeError when `theta` has the wrong width: a defect of the caller, not of the user.
   */
  shares(theta: tf.Tensor2D, layers: number, phase?: Phase): tf.Tensor2D;
  /** The constrained parameters of one row [P] under the names of METHOD §3 (`k`, `rho`, `d` …), computed in float64. */
  describe(theta: ArrayLike<number>, layers: number): Record<string, number | number[]>;
}

/** What one family has to say for itself; `defineKernelFunction` adds layer 0, checks and tidying. */
interface Family {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  parameterCount(layers: number): number;
  initial(layers: number): ArrayLike<number>;
  /** Shares of layers 1 … L−1, [B, L−1], for L ≥ 2. `positions` is [1, L−1]: the layer indices 1 … L−1. */
  laterShares(theta: tf.Tensor2D, layers: number, positions: tf.Tensor2D, phase: Phase): tf.Tensor2D;
  describe(theta: ArrayLike<number>, layers: number): Record<string, number | number[]>;
}

/** Completes a family to a `KernelFunction`: `r_0 = 1` after the kernel, whatever the family says there. */
export function defineKernelFunction(family: Family): KernelFunction {
  return {
    name: family.name,
    options: family.options,
    parameterCount: (layers) => family.parameterCount(layers),
    initial: (layers) => Float32Array.from(family.initial(layers)),
    describe: (theta, layers) => family.describe(theta, layers),
    shares(theta, layers, phase = "training") {
      const [batch, width] = theta.shape;
      if (width !== family.parameterCount(layers)) {
        throw new RangeError(
          `${family.name} takes ${family.parameterCount(layers)} parameters for ${layers} layers; theta has ${width}.`,
        );
      }
      return tf.tidy(() => {
        const first = tf.ones([batch, 1]);
        // Layer 0 alone depends on no parameter; the zero keeps it on the tape so that a gradient exists (and is 0).
        if (layers === 1) return tf.add(first, tf.mul(tf.sum(theta, 1, true), 0)) as tf.Tensor2D;
        const positions = tf.range(1, layers, 1, "float32").expandDims(0) as tf.Tensor2D; // [1, L−1]
        return tf.concat([first, family.laterShares(theta, layers, positions, phase)], 1) as tf.Tensor2D; // [B, L]
      });
    },
  };
}

/**
 * The gradient of a kernel function's parameters, given that of its shares in training.
 *
 * @param theta [B, P]
 * @param dShares [B, L]
 * @returns [B, P]; the caller disposes.
 */
export function sharesGradient(
  kernel: KernelFunction,
  theta: tf.Tensor2D,
  layers: number,
  dShares: tf.Tensor2D,
): tf.Tensor2D {
  return tf.tidy(() => tf.grad((x) => kernel.shares(x as tf.Tensor2D, layers))(theta, dShares)) as tf.Tensor2D;
}

/** Column `index` of theta, [B, 1]. */
export function column(theta: tf.Tensor2D, index: number): tf.Tensor2D {
  return tf.slice(theta, [0, index], [-1, 1]);
}

/** σ(x) in float64. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The x with σ(x) = p, for 0 < p < 1. */
export function logit(p: number): number {
  return Math.log(p) - Math.log1p(-p);
}

/** log(1 + eˣ) in float64 without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Softmax of a short row in float64. */
export function softmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const weights = row.map((x) => Math.exp(x - top));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/**
 * Fills in a family's options.
 *
 * @param given what the user wrote; undefined or {} takes every default.
 * @param defaults every option the family knows, with its default.
 * @throws EspalierError for an option the family does not know, or a value that is not a number above 0.
 */
export function kernelOptions<Defaults extends Record<string, number>>(
  name: string,
  given: Readonly<Record<string, number>> | undefined,
  defaults: Defaults,
): Defaults {
  const options: Record<string, number> = { ...defaults };
  for (const [key, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaults, key)) {
      const known = Object.keys(defaults).join(", ") || "none";
      throw new EspalierError(`The kernel function ${name} has no option "${key}"; its options are: ${known}.`);
    }
    if (!(typeof value === "number" && Number.isFinite(value) && value > 0)) {
      throw new EspalierError(`The option ${key} of ${name} is ${value}; it must be a number above 0.`);
    }
    options[key] = value;
  }
  return options as Defaults;
}
