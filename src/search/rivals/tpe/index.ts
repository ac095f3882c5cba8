/**
 * TPE: the tree-structured Parzen estimator for two objectives, cost and divergence. Sources: Bergstra et al. 2011; Ozaki et al.
 * 2020 and 2022 (MOTPE); the settings are those of Optuna's sampler. METHOD §8.
 *
 * The good trials' points shape a density l, the others' a density g, each coordinate by itself; of 24 draws from l the one with
 * the largest l/g is proposed.
 *
 * **Differs from** both sources: a schedule's cost is known before it is measured, so proposals outside of the costs of interest
 * are drawn again instead of being measured and modelled as infeasible.
 */
import { EspalierError } from "../../../errors.js";
import type { Pacer } from "../../../tensor/index.js";
import type { Candidate } from "../feasiblePoints.js";
import { ModelBasedSearcher } from "../modelBasedSearcher.js";
import type { SearcherMethod, SearchProblem } from "../searcher.js";
import { ParzenEstimator } from "./parzenEstimator.js";
import { contributionWeights, goodCount, recencyWeights, splitTrials } from "./split.js";

/** How much good trials count: by hypervolume contribution (MOTPE, Optuna until 4) or alike (Optuna 5). */
export type GoodWeights = "contribution" | "uniform";

/** Options of TPE, all of them optional. */
export interface TpeOptions {
  /** Random schedules before the first estimate; default 10, Optuna's. */
  readonly startup?: number;
  /** Draws from l of which the best is proposed; default 24. */
  readonly candidates?: number;
  /**
   * Proposals measured together after the start; default 4. Those of one batch count as poor trials until measured. Together
   * they share prefixes of layers, and on cheap test functions four or eight found no less hypervolume than one.
   */
  readonly batch?: number;
  /** Default "contribution". */
  readonly weights?: GoodWeights;
  /** Whether coordinates are estimated together; default false, each by itself, as Optuna does for two objectives. */
  readonly multivariate?: boolean;
}

/** Proposals drawn again for their cost this often before a random schedule takes their place. */
const ATTEMPTS = 32;

class Tpe extends ModelBasedSearcher {
  readonly #options: Required<TpeOptions>;

  constructor(problem: SearchProblem, options: Required<TpeOptions>) {
    super("tpe", problem, options);
    this.#options = options;
  }

  protected override async propose(count: number, pacer: Pacer): Promise<Candidate[]> {
    const trials = this.trials;
    const values = trials.map(({ cost, divergence }) => [cost, divergence]);
    const { below, above } = splitTrials(values, goodCount(trials.length));
    const good = below.map((i) => trials[i]);
    const weights =
      this.#options.weights === "uniform" ? good.map(() => 1) : contributionWeights(below.map((i) => values[i]));
    const others: Candidate[] = above.map((i) => trials[i]);
    const likely = this.#estimators(good, weights);
    const proposals: Candidate[] = [];
    while (proposals.length < count) {
      // Pending proposals count as poor, which keeps the next ones away ("constant liar").
      const pool = [...others, ...proposals];
      const proposal = await this.#next(likely, this.#estimators(pool, recencyWeights(pool.length)), pacer);
      proposals.push(proposal);
    }
    return proposals;
  }

  /** One estimator for each coordinate, or one for all. */
  #estimators(trials: readonly Candidate[], weights: readonly number[]): ParzenEstimator[] {
    const { dimensions } = this.feasible.space;
    if (this.#options.multivariate) {
      return [
        new ParzenEstimator(
          trials.map(({ point }) => point),
          weights,
          dimensions,
        ),
      ];
    }
    return Array.from({ length: dimensions }, (_, d) => {
      const coordinates = trials.map(({ point }) => [point[d]]);
      return new ParzenEstimator(coordinates, weights, 1);
    });
  }

  async #next(likely: ParzenEstimator[], unlikely: ParzenEstimator[], pacer: Pacer): Promise<Candidate> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const point: number[] = [];
      for (const [d, estimator] of likely.entries()) {
        await pacer.pause();
        point.push(...this.#best(estimator, unlikely[d]));
      }
      const [candidate] = this.feasible.among([point]);
      if (candidate !== undefined) return candidate;
    }
    const [candidate] = await this.feasible.draw(1, this.random, pacer);
    return candidate;
  }

  #best(likely: ParzenEstimator, unlikely: ParzenEstimator): number[] {
    let best: number[] = [];
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#options.candidates; i++) {
      const x = likely.sample(this.random);
      const gain = likely.logDensity(x) - unlikely.logDensity(x);
      if (gain > most) {
        most = gain;
        best = x;
      }
    }
    return best;
  }
}

/**
 * TPE with its options.
 *
 * @throws EspalierError when a count is not a whole number of at least 1.
 *
 * @example
 * await study.rival(tpe(), { evaluations: 200 });
 */
export function tpe(options: TpeOptions = {}): SearcherMethod {
  const { startup = 10, candidates = 24, batch = 4, weights = "contribution", multivariate = false } = options;
  for (const [name, value] of Object.entries({ startup, candidates, batch })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new EspalierError(`The option ${name} of TPE is ${value}; it must be a whole number of at least 1.`);
    }
  }
  return {
    name: "tpe",
    title: "TPE",
    begin: (problem) => new Tpe(problem, { startup, candidates, batch, weights, multivariate }),
  };
}
