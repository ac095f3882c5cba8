/**
 * The hyperparameters under which a Gaussian process finds its observations most likely. Source: Rasmussen and Williams,
 * Gaussian Processes for Machine Learning, 2006, eqs. 5.8 and 5.9.
 */
import type { Pacer, Random } from "../../../tensor/index.js";
import { GaussianProcess } from "./gaussianProcess.js";
import { type Minimum, minimise } from "./lbfgs.js";
import { addLengthGradient, type Hyperparameters, matern52 } from "./matern.js";

export interface LogLikelihood {
  /** log p(y | points, hyperparameters) */
  readonly value: number;
  /** By the logs of the lengths [D], of the signal and of the noise: [D + 2]. */
  readonly gradient: Float64Array;
}

/**
 * The log marginal likelihood and its gradient. O(n³).
 *
 * @param points [n][D]. @param values [n].
 * @throws Stopped.
 */
export async function logMarginalLikelihood(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  hyperparameters: Hyperparameters,
  pacer: Pacer,
): Promise<LogLikelihood> {
  const process = new GaussianProcess(hyperparameters);
  await process.extend(points, pacer);
  process.observe(values);
  const { alpha, factor } = process;
  const inverse = await factor.inverse(pacer);
  const n = points.length;
  const dimensions = hyperparameters.lengths.length;
  const gradient = new Float64Array(dimensions + 2);
  let fit = 0;
  for (let i = 0, at = 0; i < n; i++) {
    await pacer.pause();
    fit += alpha[i] * values[i];
    for (let j = 0; j < i; j++, at++) {
      // ½·tr((α·αᵀ − K⁻¹)·∂K); the triangle counts twice.
      const weight = alpha[i] * alpha[j] - inverse[at];
      addLengthGradient(gradient, weight, points[i], points[j], hyperparameters);
      gradient[dimensions] += weight * matern52(points[i], points[j], hyperparameters);
    }
    const weight = (alpha[i] * alpha[i] - inverse[at++]) / 2;
    gradient[dimensions] += weight * hyperparameters.signal;
    gradient[dimensions + 1] += weight * hyperparameters.noise;
  }
  return { value: -(fit + factor.logDeterminant + n * Math.log(2 * Math.PI)) / 2, gradient };
}

/** Where each hyperparameter is sought: lengths in widths of the cube, variances of standardised values. */
export const BOUNDS = { length: [0.02, 20], signal: [0.01, 100], noise: [1e-6, 0.1] } as const;

/** Where a first search for them starts. */
export function initialHyperparameters(dimensions: number): Hyperparameters {
  return { lengths: Array.from({ length: dimensions }, () => 0.5), signal: 1, noise: 1e-4 };
}

export interface FitOptions {
  /** Random starts besides the given one; default 2. */
  readonly restarts?: number;
  /** Steps of each; default 50. */
  readonly iterations?: number;
}

/**
 * The most likely hyperparameters within `BOUNDS` that a quasi-Newton search finds from several starts.
 *
 * The bounds are kept by searching over logits: each log hyperparameter is its lower bound plus a sigmoid's part of the range.
 *
 * @param points [n][D]. @param values [n], standardised.
 * @param start within the bounds, none of them exactly one.
 * @throws Stopped.
 */
export async function mostLikely(
  points: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  start: Hyperparameters,
  random: Random,
  pacer: Pacer,
  { restarts = 2, iterations = 50 }: FitOptions = {},
): Promise<Hyperparameters> {
  const ranges = [...start.lengths.map(() => BOUNDS.length), BOUNDS.signal, BOUNDS.noise].map(([low, high]) => ({
    low: Math.log(low),
    width: Math.log(high / low),
  }));
  const part = (u: number) => 1 / (1 + Math.exp(-u));
  const decode = (u: Float64Array): Hyperparameters => {
    const values = ranges.map(({ low, width }, d) => Math.exp(low + width * part(u[d])));
    return { lengths: values.slice(0, -2), signal: values[values.length - 2], noise: values[values.length - 1] };
  };
  const objective = async (u: Float64Array) => {
    const { value, gradient } = await logMarginalLikelihood(points, values, decode(u), pacer);
    return { value: -value, gradient: gradient.map((g, d) => -g * ranges[d].width * part(u[d]) * (1 - part(u[d]))) };
  };
  const given = [...start.lengths, start.signal, start.noise].map((value, d) => {
    const p = (Math.log(value) - ranges[d].low) / ranges[d].width;
    return Math.log(p / (1 - p));
  });
  const drawn = Array.from({ length: restarts }, () => ranges.map(() => random.between(-2, 2)));
  let best: Pick<Minimum, "value" | "x"> = { value: Number.POSITIVE_INFINITY, x: Float64Array.from(given) };
  for (const from of [given, ...drawn]) {
    const found = await minimise(objective, from, { iterations });
    if (found.value < best.value) best = found;
  }
  return decode(best.x);
}
