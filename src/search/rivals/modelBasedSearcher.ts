/** What searchers have in common that learn a model: some schedules drawn at random, then proposals, a few at a time. */
import { type Pacer, Random } from "../../tensor/index.js";
import { type Candidate, FeasiblePoints, meanDivergences } from "./feasiblePoints.js";
import type { Batch, Searcher, SearchProblem } from "./searcher.js";
import type { SearchSpace } from "./searchSpace.js";

/** A candidate that was measured. */
export interface Trial extends Candidate {
  /** Mean over the samples, nats. */
  readonly divergence: number;
}

export abstract class ModelBasedSearcher implements Searcher {
  protected readonly problem: SearchProblem;
  protected readonly feasible: FeasiblePoints;
  protected readonly random: Random;
  protected readonly trials: Trial[] = [];
  readonly #startup: number;
  readonly #batch: number;
  #asked: Candidate[] = [];

  /**
   * @param name what its draws are told apart by.
   * @param options.startup schedules drawn at random. @param options.batch proposals measured together.
   * @param space default the problem's own.
   */
  protected constructor(
    name: string,
    problem: SearchProblem,
    options: { readonly startup: number; readonly batch: number },
    space?: SearchSpace,
  ) {
    this.problem = problem;
    this.feasible = new FeasiblePoints(problem, space);
    this.random = new Random(problem.seed).fork(name);
    this.#startup = options.startup;
    this.#batch = options.batch;
  }

  async ask(pacer: Pacer): Promise<Batch | null> {
    const left = this.problem.evaluations - this.trials.length;
    if (left <= 0) return null;
    const starting = this.#startup - this.trials.length;
    const count = Math.min(left, starting > 0 ? starting : this.#batch);
    this.#asked = starting > 0 ? await this.feasible.draw(count, this.random, pacer) : await this.propose(count, pacer);
    return { shares: this.#asked.map(({ shares }) => shares) };
  }

  tell(divergence: readonly ArrayLike<number>[]): void {
    const means = meanDivergences(divergence, this.#asked.length, this.problem.samples);
    this.trials.push(...this.#asked.map((candidate, c) => ({ ...candidate, divergence: means[c] })));
    this.#asked = [];
  }

  /** @param count ≥ 1. @throws Stopped. */
  protected abstract propose(count: number, pacer: Pacer): Promise<Candidate[]>;
}
