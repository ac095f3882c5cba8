/**
 * NSGA-II, the elitist genetic algorithm for several objectives, here cost and mean divergence. Source: METHOD §8; Deb,
 * Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II" (2002).
 *
 * **Differs from the paper** in two things, both in its favour. Costs are known beforehand, and constrained domination
 * ranks an infeasible schedule by its violation alone, so schedules outside the costs of interest evolve unmeasured and
 * evaluations go to those inside. And no schedule is measured twice: a child that has been seen is bred again.
 */
import { EspalierError } from "../../../errors.js";
import { SHARE_TOLERANCE } from "../../../schedules/index.js";
import { type Pacer, Random } from "../../../tensor/index.js";
import { costViolation } from "../costViolation.js";
import { FeasiblePoints } from "../feasiblePoints.js";
import type { Batch, Searcher, SearcherMethod, SearchProblem } from "../searcher.js";
import { polynomialMutation, simulatedBinaryCrossover } from "./operators.js";
import { type Candidate, type Ranked, survivors, tournament } from "./selection.js";

/** Options of NSGA-II, all of them optional. */
export interface Nsga2Options {
  /** Members of a population, and children of a generation; a whole number ≥ 2, default 40. */
  readonly population?: number;
}

/** Times that a generation is bred to replace children that have been seen; a small space runs out of others. */
const BREEDINGS = 100;

/** Generations in a row without one feasible child after which none is expected. */
const BARREN = 50;

/** A schedule of the population. */
class Individual implements Candidate {
  /** Mean over the samples, nats; null while not measured. */
  divergence: number | null = null;

  constructor(
    /** [D] in the unit cube: what is inherited. */
    readonly point: readonly number[],
    /** [L] */
    readonly shares: readonly number[],
    readonly cost: number,
    readonly violation: number,
  ) {}

  /** Only infeasible individuals are ranked unmeasured, and their order is their violation's. */
  get objectives(): readonly number[] {
    return [this.cost, this.divergence ?? 0];
  }
}

class Nsga2 implements Searcher {
  readonly #problem: SearchProblem;
  readonly #size: number;
  readonly #random: Random;
  /** Every schedule bred so far, its shares rounded to `SHARE_TOLERANCE`: what is nearer executes alike. */
  readonly #seen = new Set<string>();
  #population: Ranked<Individual>[] = [];
  /** Of this generation, waiting for their divergences. */
  #children: Individual[] = [];
  #asked: Individual[] = [];
  #left: number;

  constructor(problem: SearchProblem, size: number) {
    this.#problem = problem;
    this.#size = size;
    this.#random = new Random(problem.seed).fork("NSGA-II");
    this.#left = problem.evaluations;
  }

  async ask(pacer: Pacer): Promise<Batch | null> {
    if (this.#left === 0) return null;
    this.#asked = await this.#generation(pacer);
    if (this.#asked.length === 0) return null;
    return { shares: this.#asked.map(({ shares }) => shares) };
  }

  tell(divergence: readonly ArrayLike<number>[]): void {
    if (divergence.length !== this.#asked.length) {
      throw new RangeError(`${this.#asked.length} schedules were asked for and ${divergence.length} are told.`);
    }
    for (const [i, individual] of this.#asked.entries()) individual.divergence = mean(divergence[i]);
    this.#left -= this.#asked.length;
    // What the last evaluations did not reach is feasible and has no objectives to be ranked by.
    this.#select(this.#children.filter((child) => child.violation > 0 || child.divergence !== null));
    this.#children = [];
    this.#asked = [];
  }

  /** Breeds until there is something to measure; empty when nothing new is to be had. */
  async #generation(pacer: Pacer): Promise<Individual[]> {
    for (let generation = 0; generation < BARREN; generation++) {
      this.#children = await this.#breed(pacer);
      if (this.#children.length === 0) break;
      const feasible = this.#children.filter((child) => child.violation === 0);
      if (feasible.length > 0) return feasible.slice(0, this.#left);
      this.#select(this.#children);
      this.#children = [];
    }
    const members = this.#population.map(({ candidate }) => candidate);
    if (members.length === 0 || members[0].violation === 0) return [];
    // A small population has met in one place far from the costs of interest.
    const points = await new FeasiblePoints(this.#problem).drawSome(this.#size, this.#random, pacer);
    this.#children = this.#unseen(points.map(({ point }) => [...point]));
    if (this.#children.length > 0) return this.#children.slice(0, this.#left);
    return members.filter((member) => member.divergence === null).slice(0, this.#left);
  }

  #select(children: readonly Individual[]): void {
    this.#population = survivors([...this.#population.map(({ candidate }) => candidate), ...children], this.#size);
  }

  /** Up to a population of individuals never seen before. */
  async #breed(pacer: Pacer): Promise<Individual[]> {
    const children: Individual[] = [];
    for (let breeding = 0; breeding < BREEDINGS && children.length < this.#size; breeding++) {
      await pacer.pause();
      const missing = this.#size - children.length;
      children.push(...this.#unseen(this.#population.length === 0 ? this.#founders(missing) : this.#mate(missing)));
    }
    return children;
  }

  #founders(count: number): number[][] {
    const coordinate = () => this.#random.uniform();
    return Array.from({ length: count }, () => Array.from({ length: this.#problem.space.dimensions }, coordinate));
  }

  #mate(count: number): number[][] {
    const pairs = Math.ceil(count / 2);
    const parents = tournament(this.#population, 2 * pairs, this.#random);
    return Array.from({ length: pairs }, (_, i) =>
      simulatedBinaryCrossover(parents[2 * i].point, parents[2 * i + 1].point, this.#random),
    )
      .flat()
      .slice(0, count)
      .map((child) => polynomialMutation(child, this.#random));
  }

  #unseen(points: readonly number[][]): Individual[] {
    return this.#problem.space.decode(points).flatMap((shares, i) => {
      const key = shares.map((share) => Math.round(share / SHARE_TOLERANCE)).join();
      if (this.#seen.has(key)) return [];
      this.#seen.add(key);
      const cost = this.#problem.cost(shares);
      return [new Individual(points[i], shares, cost, costViolation(this.#problem, cost))];
    });
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/**
 * NSGA-II with SBX (η 15, chance 0.9) and polynomial mutation (η 20, chance 1/D), a generation a batch.
 *
 * The first population is uniform in the space's cube. Where breeding finds no schedule within the costs of interest, uniform
 * draws that are within them join; where there are none of those either, the nearest schedules are measured. The search ends
 * with its evaluations, or earlier when breeding brings forth nothing new.
 *
 * @throws EspalierError for a population that is no whole number ≥ 2; the searcher's `tell` for a divergence of NaN.
 *
 * @example
 * await study.rival(nsga2(), { evaluations: 200 });
 */
export function nsga2(options: Nsga2Options = {}): SearcherMethod {
  const { population = 40 } = options;
  if (!Number.isSafeInteger(population) || population < 2) {
    throw new EspalierError(
      `NSGA-II has a population of ${population}; it crosses pairs, so give a whole number of at least 2.`,
    );
  }
  return { name: "nsga2", title: "NSGA-II", begin: (problem) => new Nsga2(problem, population) };
}

/** NSGA-II with a population of 40. */
export const nsga2Search: SearcherMethod = nsga2();
