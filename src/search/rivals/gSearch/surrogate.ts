/**
 * What is believed of the divergence everywhere, given what was measured: a Gaussian process on its logarithm.
 *
 * Hyperparameters are sought anew when there are a tenth more observations than the last time, O(n³) for each step of that
 * search; in between an observation costs O(n²).
 */
import type { Pacer, Random } from "../../../tensor/index.js";
import { GaussianProcess } from "./gaussianProcess.js";
import { type LogDivergence, logDivergence } from "./logDivergence.js";
import { initialHyperparameters, mostLikely } from "./marginalLikelihood.js";
import type { Hyperparameters } from "./matern.js";

/** Growth since the last search for hyperparameters after which they are sought anew. */
const GROWTH = 1.1;
/** From so many observations on, that search starts only where the last one ended, and takes fewer steps. */
const MANY = 100;

/** A belief about the divergence of one schedule: log(divergence + shift) is normal. */
export interface Belief {
  readonly mean: number;
  readonly deviation: number;
  /** Nats. */
  readonly shift: number;
}

export class Surrogate {
  #process: GaussianProcess;
  /** Of the process's points, on its scale: measured ones, then believed ones. */
  #values: number[] = [];
  #scale: LogDivergence = logDivergence([0]);
  #fitted = 0;

  /** @param dimensions D */
  constructor(dimensions: number) {
    this.#process = new GaussianProcess(initialHyperparameters(dimensions));
  }

  get hyperparameters(): Hyperparameters {
    return this.#process.hyperparameters;
  }

  /**
   * Takes in everything measured so far, in place of what was only believed.
   *
   * @param points [n][D], n ≥ 1, in the order in which they were learnt or believed before.
   * @param divergences [n] nats.
   * @throws Stopped; the surrogate is then not to be used any more.
   */
  async learn(
    points: readonly (readonly number[])[],
    divergences: readonly number[],
    random: Random,
    pacer: Pacer,
  ): Promise<void> {
    this.#scale = logDivergence(divergences);
    this.#values = [...this.#scale.values];
    if (points.length >= GROWTH * this.#fitted) {
      const options = points.length < MANY ? {} : { restarts: 0, iterations: 20 };
      const start = this.#process.hyperparameters;
      this.#process = new GaussianProcess(await mostLikely(points, this.#scale.values, start, random, pacer, options));
      this.#fitted = points.length;
    }
    await this.#process.extend(points.slice(this.#process.size), pacer);
    this.#process.observe(this.#values);
  }

  /**
   * Takes a point for measured with what is expected there, until `learn` is told better ("Kriging believer", Ginsbourger,
   * Le Riche and Carraro 2010).
   */
  async believe(point: readonly number[], pacer: Pacer): Promise<void> {
    this.#values.push(this.#process.posterior(point).mean);
    await this.#process.extend([point], pacer);
    this.#process.observe(this.#values);
  }

  /** @param point [D] */
  at(point: readonly number[]): Belief {
    const { mean, variance } = this.#process.posterior(point);
    const { shift, deviation } = this.#scale;
    return { mean: this.#scale.mean + deviation * mean, deviation: deviation * Math.sqrt(variance), shift };
  }
}
