/**
 * G-Search: Bayesian optimisation of P-sigmoid schedules. Source: Zhao et al., "Accelerating multimodal large language models by
 * searching optimal vision token reduction", arXiv 2412.00556. METHOD §8.
 *
 * That paper has two searches: a greedy one, layer by layer, for schedules that lose nothing, and Bayesian optimisation of a
 * parametric sigmoid for a given budget, which is the one that bears on a frontier and is meant here.
 *
 * **Differs from** the paper: it optimises one budget at a time, here one search serves all budgets. A Gaussian process models
 * the divergence alone, since costs are known, and what is proposed has the largest expected hypervolume improvement.
 */
import { EspalierError } from "../../../errors.js";
import { nonDominated } from "../../../pareto/index.js";
import { kernelFunction } from "../../../schedules/index.js";
import type { Pacer } from "../../../tensor/index.js";
import type { Candidate } from "../feasiblePoints.js";
import { ModelBasedSearcher, type Trial } from "../modelBasedSearcher.js";
import type { SearcherMethod, SearchProblem } from "../searcher.js";
import { kernelSpace } from "../searchSpace.js";
import { expectedHypervolumeImprovement, shiftedLognormalShortfall, strips } from "./expectedHypervolumeImprovement.js";
import { anywhere, around } from "./proposals.js";
import { Surrogate } from "./surrogate.js";

/** Options of G-Search, all of them optional. */
export interface GSearchOptions {
  /** Random schedules before the first model; default 10. */
  readonly startup?: number;
  /** Proposals measured together after the start; default 4. */
  readonly batch?: number;
  /** Points looked at for one proposal: half of them uniform, the others near the front; default 256. */
  readonly candidates?: number;
}

/** The reference divergence lies this far beyond the worst that was measured. */
const BEYOND = 1.1;
/** Parts of `candidates` that look around the best of them once more, with steps so much smaller. */
const REFINED = 1 / 8;
const REFINEMENT = 0.25;

class GSearch extends ModelBasedSearcher {
  readonly #options: Required<GSearchOptions>;
  readonly #surrogate: Surrogate;

  constructor(problem: SearchProblem, options: Required<GSearchOptions>) {
    const space = kernelSpace(kernelFunction("pSigmoid"), problem.layers);
    super("gSearch", problem, options, space);
    this.#options = options;
    this.#surrogate = new Surrogate(space.dimensions);
  }

  protected override async propose(count: number, pacer: Pacer): Promise<Candidate[]> {
    await this.#surrogate.learn(
      this.trials.map(({ point }) => point),
      this.trials.map(({ divergence }) => divergence),
      this.random,
      pacer,
    );
    const believed: Trial[] = [];
    while (believed.length < count) {
      const proposal = await this.#next([...this.trials, ...believed], pacer);
      const { mean, shift } = this.#surrogate.at(proposal.point);
      believed.push({ ...proposal, divergence: Math.exp(mean) - shift });
      if (believed.length < count) await this.#surrogate.believe(proposal.point, pacer);
    }
    return believed;
  }

  /** The candidate with the largest expected improvement on what is known and believed. */
  async #next(trials: readonly Trial[], pacer: Pacer): Promise<Candidate> {
    const { candidates } = this.#options;
    const values = trials.map(({ cost, divergence }) => [cost, divergence]);
    const worst = this.trials.reduce((most, { divergence }) => Math.max(most, divergence), 0);
    const front = strips(values, [this.feasible.dearest, BEYOND * worst]);
    const gain = ({ point, cost }: Candidate) => {
      const { mean, deviation, shift } = this.#surrogate.at(point);
      const shortfall = (level: number) => shiftedLognormalShortfall(level, mean, deviation, shift);
      return expectedHypervolumeImprovement(cost, shortfall, front);
    };
    let best: Candidate | null = null;
    let most = 0;
    const look = async (points: number[][]) => {
      for (const candidate of this.feasible.among(points)) {
        await pacer.pause();
        const expected = gain(candidate);
        if (expected > most) {
          most = expected;
          best = candidate;
        }
      }
    };
    const good = nonDominated(values).map((i) => trials[i].point);
    await look(anywhere(Math.ceil(candidates / 2), this.feasible.space.dimensions, this.random));
    await look(around(good, Math.floor(candidates / 2), this.random));
    if (best !== null) {
      const { point }: Candidate = best;
      await look(around([point], Math.ceil(candidates * REFINED), this.random, REFINEMENT));
      return best;
    }
    // Nowhere is anything expected: a random schedule may still tell something.
    const [drawn] = await this.feasible.draw(1, this.random, pacer);
    return drawn;
  }
}

/**
 * G-Search with its options.
 *
 * @throws EspalierError when an option is not a whole number of at least 1, or `startup` is below 2: one point has no scale.
 *
 * @example
 * await study.rival(gSearch(), { evaluations: 100 });
 */
export function gSearch(options: GSearchOptions = {}): SearcherMethod {
  const { startup = 10, batch = 4, candidates = 256 } = options;
  for (const [name, value, least] of [
    ["startup", startup, 2],
    ["batch", batch, 1],
    ["candidates", candidates, 1],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new EspalierError(
        `The option ${name} of G-Search is ${value}; it must be a whole number of at least ${least}.`,
      );
    }
  }
  return {
    name: "gSearch",
    title: "G-Search",
    begin: (problem) => new GSearch(problem, { startup, batch, candidates }),
  };
}
