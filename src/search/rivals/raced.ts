/**
 * The reference grid raced: a configuration is measured on no more samples once it is sure that another of no more cost is
 * better.
 *
 * What makes it sure is arithmetic, not chance. A divergence is never below 0, so what a configuration has diverged on the
 * samples so far bounds its sum over all of them from below; once that passes the whole sum of a configuration that costs no
 * more, it is dominated. Samples come hardest first, in the order of their divergence under a few configurations that are
 * measured on all of them: a few samples carry most of a divergence, so bounds are close early. While the allowance lasts,
 * every configuration on the whole grid's frontier is measured on all samples, and the frontier found is the grid's. On the
 * embedded model with 32 to 128 samples that took 25 to 39 % of the whole grid's measurements; the more evenly samples share a
 * divergence, the more it takes (`tests/search/rivals/raced.test.ts`).
 *
 * **Differs from METHOD §8**, which races by paired anytime-valid intervals. Divergences have long tails, so such intervals need
 * nearly all samples to part two configurations, and they hold only for samples in random order, which meets the telling ones
 * late; these bounds need no order, no level and no assumption.
 *
 * Sources: Maron & Moore, "Hoeffding races", 1994, for racing; Hutter et al., "ParamILS", 2009, adaptive capping, for ending a
 * sum once it has passed another.
 */
import { referenceGrid } from "./grid.js";
import type { Batch, Searcher, SearcherMethod, SearchProblem } from "./searcher.js";

/** Schedules with one cut, and all schedules, of the reference grid. */
const [SINGLE_STEP, ALL] = [200, 700];
/** Configurations that enter the race for each that the evaluations pay for in full: about two of three are dropped early. */
const ENTRANTS = 3;
/** Configurations that tell which samples are hard. */
const REFERENCES = 6;
/** Samples between two looks: a sixteenth of them, at most four. */
const blockOf = (samples: number) => Math.max(1, Math.min(4, Math.floor(samples / 16)));
/** How far below a measured configuration another must be, so far, to be measured on all samples as the next to beat. */
const CLEARLY = 0.9;
/** Part of those in the race that is expected to stay to its end: so much of it must be affordable. */
const STAYING = 0.25;
/** Sums in another order may differ by this part. */
const ROUNDING = 1e-12;

/**
 * The whole reference grid with 234 evaluations or more, otherwise three times as many of its schedules as evaluations, single
 * cuts and random ones in the grid's proportion; those outside the costs of interest stay away. Where too few are dropped for
 * the evaluations, the least promising are given up, so that those in the race at its end are measured on all samples; a member
 * of the frontier can be among them. Schedules measured on some samples only are not results. With one layer there is nothing
 * to search. Nothing is drawn but the grid, under its published seed.
 *
 * @example
 * await study.rival(raced, { evaluations: 200 });
 */
export const raced: SearcherMethod = {
  name: "raced",
  title: "Raced grid",
  begin: (problem) => new Race(problem),
};

/** Configurations to measure on some samples. */
interface Heat {
  readonly members: readonly number[];
  /** Indices, any order. */
  readonly samples: readonly number[];
}

class Race implements Searcher {
  readonly #problem: SearchProblem;
  /** In order of cost. */
  readonly #shares: readonly number[][];
  readonly #cost: readonly number[];
  /** [configurations][samples] nats; only what is measured is read. */
  readonly #divergence: readonly Float64Array[];
  readonly #total: Float64Array;
  readonly #complete: Uint8Array;
  readonly #heats: Generator<Heat, void>;
  /** Asked for last. */
  #asked: Heat | null = null;
  /** Configurations times samples that may still be measured. */
  #left: number;

  constructor(problem: SearchProblem) {
    this.#problem = problem;
    const entrants = enter(problem);
    this.#shares = entrants.map(({ shares }) => shares);
    this.#cost = entrants.map(({ cost }) => cost);
    this.#divergence = entrants.map(() => new Float64Array(problem.samples));
    this.#total = new Float64Array(entrants.length);
    this.#complete = new Uint8Array(entrants.length);
    this.#left = problem.evaluations * problem.samples;
    this.#heats = this.#race();
  }

  async ask(): Promise<Batch | null> {
    for (;;) {
      const { value: heat } = this.#heats.next();
      if (!heat) return null;
      const { members, samples } = heat;
      if (members.length === 0 || samples.length === 0) continue;
      this.#asked = heat;
      this.#left -= members.length * samples.length;
      return { shares: members.map((c) => this.#shares[c]), samples };
    }
  }

  tell(divergence: readonly ArrayLike<number>[]): void {
    const { members, samples } = this.#asked!;
    for (const [k, c] of members.entries()) {
      // A rounding below 0 is 0.
      for (const [i, s] of samples.entries()) this.#divergence[c][s] = Math.max(0, divergence[k][i]);
    }
  }

  /** Goes on from each heat when it is measured. */
  *#race(): Generator<Heat, void> {
    const { samples, evaluations } = this.#problem;
    const everything = Array.from({ length: samples }, (_, s) => s);
    const references = evenly(this.#shares.length, Math.min(REFERENCES, Math.max(1, Math.floor(evaluations / 4))));
    yield { members: references, samples: everything };
    for (const c of references) this.#finish(c);
    const order = this.#hardestFirst(references);
    let open = this.#shares.map((_, c) => c).filter((c) => this.#complete[c] === 0);
    for (let seen = 0; seen < samples; ) {
      const next = Math.min(samples, seen + blockOf(samples));
      open = this.#affordable(open, order, seen, next);
      yield { members: open, samples: order.slice(seen, next) };
      seen = next;
      if (seen === samples) break;
      const sums = this.#shares.map((_, c) => sumOver(this.#divergence[c], order, seen));
      const leaders = this.#leaders(open, sums).slice(0, Math.floor(this.#left / (samples - seen)));
      yield { members: leaders, samples: order.slice(seen) };
      for (const c of leaders) this.#finish(c);
      const least = this.#leastTotals();
      open = open.filter((c) => this.#complete[c] === 0 && !(sums[c] > least[c] * (1 + ROUNDING)));
    }
  }

  #finish(c: number): void {
    this.#complete[c] = 1;
    this.#total[c] = this.#divergence[c].reduce((sum, value) => sum + value, 0);
  }

  /** Samples by their share of the references' divergences, the largest first, equal ones as they stand. */
  #hardestFirst(references: readonly number[]): number[] {
    const hardness = new Float64Array(this.#problem.samples);
    for (const c of references) {
      if (this.#total[c] === 0) continue;
      this.#divergence[c].forEach((value, s) => {
        hardness[s] += value / this.#total[c];
      });
    }
    return [...hardness.keys()].sort((a, b) => hardness[b] - hardness[a] || a - b);
  }

  /** Those that are ahead of every configuration of no more cost on the samples so far, and clearly of complete ones. */
  #leaders(open: readonly number[], sums: readonly number[]): number[] {
    const racing = new Set(open);
    const leaders: number[] = [];
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0; c < sums.length; c++) {
      if (this.#complete[c] === 1) best = Math.min(best, sums[c]);
      else if (racing.has(c) && sums[c] < CLEARLY * best) {
        best = sums[c];
        leaders.push(c);
      }
    }
    return leaders;
  }

  /** For each configuration the least sum, over all samples, of a complete one of no more cost; Infinity without one. */
  #leastTotals(): Float64Array {
    const least = new Float64Array(this.#cost.length);
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0, end = 0; c < least.length; c++) {
      for (; end < least.length && this.#cost[end] <= this.#cost[c]; end++) {
        if (this.#complete[end] === 1) best = Math.min(best, this.#total[end]);
      }
      least[c] = best;
    }
    return least;
  }

  /**
   * All that are open, if what is left pays for the next samples of all and for all further ones of the part that is expected
   * to stay; otherwise the most promising, as many as it pays for: those least behind the best of no more cost so far.
   */
  #affordable(open: number[], order: readonly number[], seen: number, next: number): number[] {
    const count = Math.floor(this.#left / (next - seen + STAYING * (this.#problem.samples - next)));
    if (open.length <= count) return open;
    // Nothing is known of them yet.
    if (seen === 0) return evenly(open.length, count).map((k) => open[k]);
    const sums = this.#shares.map((_, c) => sumOver(this.#divergence[c], order, seen));
    const racing = new Set(open);
    let best = Number.POSITIVE_INFINITY;
    const behind = sums.map((sum, c) => {
      if (racing.has(c) || this.#complete[c] === 1) best = Math.min(best, sum);
      return sum === best ? 1 : sum / best;
    });
    return [...open]
      .sort((a, b) => behind[a] - behind[b] || a - b)
      .slice(0, count)
      .sort((a, b) => a - b);
  }
}

/** Schedules of the grid with their costs, each once, from the cheapest to the dearest. */
function enter({ layers, evaluations, cost, costs: [low, high] = [0, 1] }: SearchProblem) {
  // With one layer nothing can be pruned.
  if (layers === 1) return [];
  const count = Math.min(ALL, Math.floor(ENTRANTS * evaluations));
  const singleStep = Math.round((count * SINGLE_STEP) / ALL);
  const distinct = new Map(
    referenceGrid(layers, { singleStep, random: count - singleStep }).map((shares) => [shares.join(), shares]),
  );
  return [...distinct.values()]
    .map((shares) => ({ shares, cost: cost(shares) }))
    .filter((entrant) => entrant.cost >= low && entrant.cost <= high)
    .sort((a, b) => a.cost - b.cost);
}

/** `count` of the indices below `length`, evenly. */
function evenly(length: number, count: number): number[] {
  const taken = Math.min(length, count);
  return Array.from({ length: taken }, (_, k) => Math.floor(((k + 0.5) * length) / taken));
}

function sumOver(values: Float64Array, order: readonly number[], seen: number): number {
  let sum = 0;
  for (let k = 0; k < seen; k++) sum += values[order[k]];
  return sum;
}
