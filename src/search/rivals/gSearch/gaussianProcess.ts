/**
 * Regression with a Gaussian process of mean 0. Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006,
 * algorithm 2.1.
 *
 * With n observations a change of the hyperparameters costs O(n³), one observation more or the posterior at one point O(n²).
 */
import type { Pacer } from "../../../tensor/index.js";
import { Cholesky } from "./cholesky.js";
import { covariances, type Hyperparameters, matern52 } from "./matern.js";

/** The diagonal is raised by this part of the signal when rounding leaves the matrix without a factor, then ten times more. */
const FIRST_JITTER = 1e-10;
const LAST_JITTER = 1e-2;

export interface Posterior {
  readonly mean: number;
  /** Of the function, without noise; ≥ 0. */
  readonly variance: number;
}

export class GaussianProcess {
  readonly hyperparameters: Hyperparameters;
  #points: ArrayLike<number>[] = [];
  #factor = new Cholesky();
  #jitter = 0;
  /** K⁻¹·y */
  #alpha: Float64Array = new Float64Array(0);

  /** A process without observations. */
  constructor(hyperparameters: Hyperparameters) {
    this.hyperparameters = hyperparameters;
  }

  /** n, the points observed so far. */
  get size(): number {
    return this.#points.length;
  }

  /** The factor of their covariance with noise. */
  get factor(): Cholesky {
    return this.#factor;
  }

  /** K⁻¹·y, [n]. */
  get alpha(): Float64Array {
    return this.#alpha;
  }

  /**
   * Adds points; what is observed there comes with `observe`.
   *
   * @param points [m][D], kept, not copied.
   * @throws Stopped; the process is then not to be used any more.
   */
  async extend(points: readonly ArrayLike<number>[], pacer: Pacer): Promise<void> {
    for (const point of points) {
      await pacer.pause();
      this.#points.push(point);
      if (!this.#factor.append(this.#row(this.#points.length - 1))) await this.#raise(pacer);
    }
  }

  /** @param values [n], one for each point. */
  observe(values: ArrayLike<number>): void {
    if (values.length !== this.size) throw new RangeError(`${this.size} points were given ${values.length} values.`);
    this.#alpha = this.#factor.solve(values);
  }

  /** @param point [D] */
  posterior(point: ArrayLike<number>): Posterior {
    const k = covariances(point, this.#points, this.hyperparameters);
    let mean = 0;
    for (let i = 0; i < k.length; i++) mean += k[i] * this.#alpha[i];
    const explained = this.#factor.solveLower(k).reduce((sum, v) => sum + v * v, 0);
    return { mean, variance: Math.max(0, this.hyperparameters.signal - explained) };
  }

  /** Row i of the covariance matrix up to its diagonal, noise and jitter included. */
  #row(i: number): Float64Array {
    const { signal, noise } = this.hyperparameters;
    const row = Float64Array.from({ length: i + 1 }, (_, j) =>
      j < i ? matern52(this.#points[i], this.#points[j], this.hyperparameters) : 0,
    );
    row[i] = signal + noise + this.#jitter;
    return row;
  }

  /** Factors again with more jitter, until a factor exists. */
  async #raise(pacer: Pacer): Promise<void> {
    const { signal } = this.hyperparameters;
    for (let part = FIRST_JITTER; part <= LAST_JITTER; part *= 10) {
      if (part * signal <= this.#jitter) continue;
      this.#jitter = part * signal;
      this.#factor = new Cholesky();
      let whole = true;
      for (let i = 0; i < this.#points.length && whole; i++) {
        await pacer.pause();
        whole = this.#factor.append(this.#row(i));
      }
      if (whole) return;
    }
    throw new RangeError(`The covariance of ${this.size} points has no Cholesky factor; is one of them not finite?`);
  }
}
