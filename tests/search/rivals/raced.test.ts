import { expect } from "chai";
import fc from "fast-check";
import { nonDominated } from "../../../src/pareto/index.js";
import { validateShares } from "../../../src/schedules/index.js";
import { referenceGrid } from "../../../src/search/index.js";
import { raced } from "../../../src/search/rivals/raced.js";
import type { Batch, SearchProblem } from "../../../src/search/rivals/searcher.js";
import { Pacer, Random } from "../../../src/tensor/index.js";
import { problemOf, runSearch, samplesOf, spent, type Transcript } from "./additive/problem.js";

type Measure = (shares: readonly number[], sample: number) => number;

/**
 * Divergences as models show them: what a token is worth falls with depth and with its rank, samples are hard or easy, each
 * has layers of its own that matter, and each configuration some luck.
 *
 * @param spread log-deviation of difficulty over samples.
 */
function synthetic(layers: number, samples: number, seed: number, spread: number): Measure {
  const random = new Random(seed);
  const rows = Array.from({ length: samples }, () => ({
    difficulty: Math.exp(spread * random.normal()),
    layers: Array.from({ length: layers }, (_, i) => Math.exp((-5 * i) / layers + 0.5 * random.normal())),
  }));
  const known = new Map<string, number[]>();
  const worth = (share: number) => (1 - share) ** 3;
  const measureAll = (shares: readonly number[]) => {
    const luck = new Random(seed + shares.reduce((hash, share) => (hash * 31 + Math.round(share * 1e6)) | 0, 7));
    return rows.map((row) => {
      const lost = row.layers.reduce(
        (sum, weight, i) => sum + (i === 0 ? 0 : weight * (worth(shares[i]) - worth(shares[i - 1]))),
        0,
      );
      return row.difficulty * lost * Math.exp(0.3 * luck.normal());
    });
  };
  return (shares, sample) => {
    const key = shares.join();
    const found = known.get(key) ?? measureAll(shares);
    known.set(key, found);
    return found[sample];
  };
}

/** The schedules that a search measured on all samples. */
function complete({ asked }: Transcript, samples: number): Set<string> {
  const seen = new Map<string, Set<number>>();
  for (const batch of asked) {
    for (const row of batch.shares) {
      const key = row.join();
      const measured = seen.get(key) ?? new Set<number>();
      for (const s of samplesOf(batch, samples)) {
        expect(measured.has(s), `sample ${s} twice`).to.equal(false);
        measured.add(s);
      }
      seen.set(key, measured);
    }
  }
  return new Set([...seen].filter(([, measured]) => measured.size === samples).map(([key]) => key));
}

/** Frontier of the whole grid on all samples. */
function wholeFrontier(problem: SearchProblem, grid: readonly number[][], measure: Measure): number[][] {
  const points = grid.map((shares) => [
    problem.cost(shares),
    Array.from({ length: problem.samples }, (_, s) => measure(shares, s)).reduce((a, b) => a + b, 0),
  ]);
  return nonDominated(points).map((c) => grid[c]);
}

async function race(problem: SearchProblem, measure: Measure): Promise<Transcript> {
  return runSearch(raced.begin(problem), problem.samples, measure);
}

describe("search/rivals/raced", () => {
  it("measures every member of the reference grid's frontier on all samples, on any divergences", async () => {
    const kinds: Record<string, (random: Random) => number> = {
      "ties and zeros": (random) => Math.max(0, random.integer(-6, 3)),
      "one in twenty samples tells": (random) => (random.uniform() < 0.05 ? 10 * random.uniform() : 0),
      unrelated: (random) => random.uniform(),
      "all zero": () => 0,
    };
    const grid = referenceGrid(6);
    for (const [name, draw] of Object.entries(kinds)) {
      const random = new Random(3);
      const values = new Map(grid.map((shares) => [shares.join(), Array.from({ length: 21 }, () => draw(random))]));
      const measure: Measure = (shares, sample) => values.get(shares.join())![sample];
      const problem = problemOf(6, 700, { samples: 21 });
      const transcript = await race(problem, measure);
      const measured = complete(transcript, 21);
      for (const shares of wholeFrontier(problem, grid, measure)) {
        expect(measured.has(shares.join()), `${name}: ${shares.join()}`).to.equal(true);
      }
      expect(spent(transcript.asked, 21)).to.be.at.most(700);
    }
  });

  it("finds the grid's frontier with a third of its evaluations where samples differ as they do in models", async () => {
    const grid = referenceGrid(8);
    for (const [spread, most] of [
      [2, 0.34],
      [1.3, 0.5],
      [0.7, 0.65],
    ]) {
      let share = 0;
      for (const seed of [1, 2, 3]) {
        const problem = problemOf(8, 700, { samples: 64 });
        const measure = synthetic(8, 64, seed, spread);
        const transcript = await race(problem, measure);
        const measured = complete(transcript, 64);
        for (const shares of wholeFrontier(problem, grid, measure)) expect(measured.has(shares.join())).to.equal(true);
        share += spent(transcript.asked, 64) / 700 / 3;
      }
      expect(share, `difficulty's log-deviation ${spread}`).to.be.below(most);
    }
  });

  it("keeps to its evaluations, asks for schedules, and asks the same when told the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.nat(1000),
        async (layers, evaluations, samples, spread, seed) => {
          const problem = problemOf(layers, evaluations, { samples });
          const transcript = await race(problem, synthetic(layers, samples, seed, spread));
          expect(spent(transcript.asked, samples)).to.be.at.most(evaluations + 1e-9);
          for (const batch of transcript.asked) {
            expect(batch.shares.length).to.be.at.least(1);
            const own = samplesOf(batch, samples);
            expect(own.length).to.be.at.least(1);
            expect(new Set(own).size).to.equal(own.length);
            for (const s of own) expect(s).to.be.within(0, samples - 1);
            for (const row of batch.shares) validateShares(row, layers);
          }
          expect(complete(transcript, samples).size).to.be.at.least(layers === 1 ? 0 : 1);
          const again = raced.begin({ ...problem, seed: 9 });
          for (const [k, batch] of transcript.asked.entries()) {
            expect(await again.ask(new Pacer())).to.deep.equal(batch);
            again.tell(transcript.told[k]);
          }
          expect(await again.ask(new Pacer())).to.equal(null);
        },
      ),
      { numRuns: 40, seed: 6 },
    );
  });

  it("with few evaluations finds nearly the frontier of a grid that takes three times as many", async () => {
    // Mean logarithm over budgets of the least divergence within each; lower is better.
    const level = (points: readonly (readonly number[])[]) => {
      const budgets = Array.from({ length: 18 }, (_, k) => (k + 2) / 20);
      const least = budgets.map((b) => Math.min(...points.filter(([cost]) => cost <= b).map(([, d]) => d)));
      return least.reduce((sum, d) => sum + Math.log(d), 0) / least.length;
    };
    let better = 0;
    for (let seed = 0; seed < 8; seed++) {
      const [samples, evaluations] = [64, 100];
      const problem = problemOf(8, evaluations, { samples });
      const measure = synthetic(8, samples, 40 + seed, 1.5);
      const mean = (shares: readonly number[]) =>
        Array.from({ length: samples }, (_, s) => measure(shares, s)).reduce((a, b) => a + b, 0) / samples;
      const transcript = await race(problem, measure);
      const survivors = [...complete(transcript, samples)].map((key) => key.split(",").map(Number));
      const plain = referenceGrid(8, { singleStep: 29, random: 71 });
      const large = referenceGrid(8, { singleStep: 86, random: 214 });
      const point = (shares: readonly number[]) => [problem.cost(shares), mean(shares)];
      const [found, small, three] = [survivors, plain, large].map((grid) => level(grid.map(point)));
      // Close to what three times the evaluations give.
      if (found < small && found < three + 0.25 * (small - three)) better++;
    }
    expect(better).to.equal(8);
  });

  it("enters only schedules whose costs are of interest", async () => {
    const problem = problemOf(8, 50, { samples: 9, costs: [0.2, 0.4] });
    const { asked } = await race(problem, synthetic(8, 9, 1, 1));
    for (const { shares } of asked) for (const row of shares) expect(problem.cost(row)).to.be.within(0.2, 0.4);
    const none = await race(problemOf(8, 50, { costs: [2, 3] }), () => 0);
    expect(none.asked).to.deep.equal([] satisfies Batch[]);
  });
});
