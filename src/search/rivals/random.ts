/**
 * Random search: uniform points of the space, each measured on all samples. Source: METHOD §8; Bergstra and Bengio,
 * "Random search for hyper-parameter optimization" (2012).
 */
import { type Pacer, Random } from "../../tensor/index.js";
import { costViolation } from "./costViolation.js";
import type { Batch, Searcher, SearcherMethod, SearchProblem } from "./searcher.js";

/** Schedules measured together. */
const BATCH = 32;

/** Most times that a batch is drawn: enough for costs that one point in a hundred meets. */
const ROUNDS = 200;

class RandomSearch implements Searcher {
  readonly #problem: SearchProblem;
  readonly #random: Random;
  #left: number;

  constructor(problem: SearchProblem) {
    this.#problem = problem;
    this.#random = new Random(problem.seed).fork("random search");
    this.#left = problem.evaluations;
  }

  async ask(pacer: Pacer): Promise<Batch | null> {
    const count = Math.min(BATCH, this.#left);
    if (count === 0) return null;
    const shares: (readonly number[])[] = [];
    let nearest: { shares: readonly number[]; violation: number }[] = [];
    for (let round = 0; round < ROUNDS && shares.length < count; round++) {
      await pacer.pause();
      for (const schedule of this.#draw()) {
        const violation = costViolation(this.#problem, this.#problem.cost(schedule));
        if (violation > 0) nearest.push({ shares: schedule, violation });
        else if (shares.length < count) shares.push(schedule);
      }
      nearest = nearest.sort((a, b) => a.violation - b.violation).slice(0, count - shares.length);
    }
    shares.push(...nearest.slice(0, count - shares.length).map((drawn) => drawn.shares));
    this.#left -= count;
    return { shares };
  }

  /** Nothing is learned. */
  tell(): void {}

  #draw(): number[][] {
    const { space } = this.#problem;
    const coordinate = () => this.#random.uniform();
    return space.decode(Array.from({ length: BATCH }, () => Array.from({ length: space.dimensions }, coordinate)));
  }
}

/**
 * Uniform points of the space's cube in batches of 32 until the evaluations are used.
 *
 * Schedules outside the costs of interest are drawn again; where 200 draws of a batch did not hold enough inside, the
 * nearest of all that were drawn fill it.
 */
export const randomSearch: SearcherMethod = {
  name: "random",
  title: "Random search",
  begin: (problem) => new RandomSearch(problem),
};
