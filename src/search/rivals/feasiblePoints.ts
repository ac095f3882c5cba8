/**
 * Points of a search space whose schedules cost what is of interest. Costs are known without running the model, so a searcher
 * never spends a measurement on a schedule outside of the range. Source: METHOD §8.
 */
import { EspalierError } from "../../errors.js";
import type { Pacer, Random } from "../../tensor/index.js";
import type { SearchProblem } from "./searcher.js";
import type { SearchSpace } from "./searchSpace.js";

/** A point of the unit cube with what is known of it before it is measured. */
export interface Candidate {
  /** [D] in [0, 1] */
  readonly point: readonly number[];
  /** [L] */
  readonly shares: readonly number[];
  /** Normalised. */
  readonly cost: number;
}

/** Points are drawn in groups of this size at least, so that one call decodes many of them. */
const GROUP = 64;
/** Groups tried before a range of costs counts as out of reach: 6,400 points. */
const GROUPS = 100;

export class FeasiblePoints {
  readonly #problem: SearchProblem;
  readonly #costs: readonly [low: number, high: number];
  readonly space: SearchSpace;

  /** @param space default the problem's own. */
  constructor(problem: SearchProblem, space: SearchSpace = problem.space) {
    this.#problem = problem;
    this.#costs = problem.costs ?? [0, 1];
    this.space = space;
  }

  /** The dearest cost of interest, normalised. */
  get dearest(): number {
    return this.#costs[1];
  }

  /** @param points [C][D] in [0, 1]. @returns those whose schedules cost what is of interest, in their order. */
  among(points: readonly (readonly number[])[]): Candidate[] {
    const [low, high] = this.#costs;
    return this.space
      .decode(points)
      .map((shares, i) => ({ point: points[i], shares, cost: this.#problem.cost(shares) }))
      .filter(({ cost }) => cost >= low && cost <= high);
  }

  /**
   * Uniform draws, those outside of the range thrown away.
   *
   * @param count ≥ 1.
   * @returns `count` candidates; fewer, or none, where the range is so narrow that 6,400 draws or `count` groups hold no more.
   * @throws Stopped.
   */
  async drawSome(count: number, random: Random, pacer: Pacer): Promise<Candidate[]> {
    const found: Candidate[] = [];
    const group = Math.max(GROUP, count);
    for (let tried = 0; tried < GROUPS && found.length < count; tried++) {
      await pacer.pause();
      const points = Array.from({ length: group }, () =>
        Array.from({ length: this.space.dimensions }, () => random.uniform()),
      );
      found.push(...this.among(points));
    }
    return found.slice(0, count);
  }

  /**
   * As `drawSome`, one candidate at least.
   *
   * @throws EspalierError when the draws hold none, Stopped.
   */
  async draw(count: number, random: Random, pacer: Pacer): Promise<Candidate[]> {
    const found = await this.drawSome(count, random, pacer);
    if (found.length > 0) return found;
    throw new EspalierError(
      `No schedule of the search space costs between ${this.#costs[0]} and ${this.#costs[1]} (normalised) among ` +
        `${Math.max(GROUP, count) * GROUPS} drawn; search a wider range of costs, or another kernel function.`,
    );
  }
}

/**
 * Mean divergence of each configuration of a batch.
 *
 * @param divergence [C][samples] nats.
 * @param configurations C, as asked for.
 * @param samples how many each row must have.
 * @throws RangeError for other shapes or a number that is not finite: a defect of the caller.
 */
export function meanDivergences(
  divergence: readonly ArrayLike<number>[],
  configurations: number,
  samples: number,
): number[] {
  if (divergence.length !== configurations || configurations === 0) {
    throw new RangeError(
      `A searcher was told ${divergence.length} divergences and had asked for ${configurations}; ask and tell in turn.`,
    );
  }
  return divergence.map((row, c) => {
    if (row.length !== samples) {
      throw new RangeError(
        `Configuration ${c} was told ${row.length} divergences; the batch is of ${samples} samples.`,
      );
    }
    let sum = 0;
    for (let s = 0; s < samples; s++) sum += row[s];
    if (!Number.isFinite(sum))
      throw new RangeError(`The divergence of configuration ${c} is ${sum}, not a number of nats.`);
    return sum / samples;
  });
}
