/** Where searchers look for schedules: a unit cube, and what its points mean. Source: METHOD §3. */
import * as tf from "@tensorflow/tfjs";
import type { KernelFunction } from "../../schedules/index.js";

/** Points of the unit cube that stand for schedules. */
export interface SearchSpace {
  /** D ≥ 1 */
  readonly dimensions: number;
  /**
   * The schedules of points.
   *
   * @param points [C][D] in [0, 1]; numbers outside are taken as the nearer end.
   * @returns shares [C][L], non-increasing from 1.
   */
  decode(points: readonly ArrayLike<number>[]): number[][];
}

const within = (low: number, x: number, high: number) => Math.min(high, Math.max(low, x));

/** How near the ends of a coordinate its parameter may come: ±9.2 before the sigmoid, where shares have long stopped moving. */
const END = 1e-4;

/**
 * The schedules of a kernel function: each coordinate is the sigmoid of one unconstrained parameter.
 *
 * @example
 * const space = kernelSpace(kernelFunction("singleStep"), 4);
 * space.decode([[0.5, 0.5]]); // → [[1, 1, 0.75, 0.5]]
 */
export function kernelSpace(kernel: KernelFunction, layers: number): SearchSpace {
  const dimensions = kernel.parameterCount(layers);
  return {
    dimensions,
    decode(points) {
      if (points.length === 0) return [];
      const theta = points.map((point) =>
        Array.from(point, (u) => {
          const inside = within(END, u, 1 - END);
          return Math.log(inside) - Math.log1p(-inside);
        }),
      );
      const shares = tf.tidy(() =>
        kernel.shares(tf.tensor2d(theta, [points.length, dimensions]), layers, "execution").arraySync(),
      );
      // float32 may leave a share a rounding above the one before it.
      return shares.map((row) => {
        let ceiling = 1;
        return row.map((share) => {
          ceiling = within(0, share, ceiling);
          return ceiling;
        });
      });
    },
  };
}
