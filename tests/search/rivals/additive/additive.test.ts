import { expect } from "chai";
import fc from "fast-check";
import { dominates } from "../../../../src/pareto/index.js";
import { validateShares } from "../../../../src/schedules/index.js";
import { spread } from "../../../../src/search/rivals/additive/additive.js";
import { additive } from "../../../../src/search/rivals/additive/index.js";
import { Pacer, Random } from "../../../../src/tensor/index.js";
import { problemOf, runSearch, spent } from "./problem.js";

/** A truly separable divergence: a token at place ρ of the ranking is worth w_i·g(ρ) if it dies at layer i. */
function separable(layers: number): (shares: readonly number[]) => number {
  const worth = (share: number) => (1 - share) ** 3;
  return (shares) => {
    let sum = 0;
    for (let i = 1; i < layers; i++) {
      const weight = Math.exp((-4 * i) / layers) + 0.2 * Math.sin(i) ** 2;
      sum += weight * (worth(shares[i]) - worth(shares[i - 1]));
    }
    return sum;
  };
}

describe("search/rivals/additive", () => {
  it("finds the optimum of a problem that is separable", async () => {
    const layers = 5;
    const problem = problemOf(layers, 40);
    const measure = separable(layers);
    const { asked, told } = await runSearch(additive.begin(problem), problem.samples, measure);
    const found = asked.flatMap(({ shares }, b) => shares.map((row, c) => [problem.cost(row), told[b][c][0]]));
    const levels = [...new Set(asked.flatMap(({ shares }) => shares.flat()))].sort((a, b) => b - a);
    // 26 measurements: 6 levels below 1 at each of 4 layers, and 16 proposals.
    expect(levels).to.have.length(7);
    const proposals = found.slice(24);
    expect(proposals).to.have.length.within(14, 16);
    const all: number[][] = [];
    const walk = (shares: number[]) => {
      if (shares.length === layers) all.push([problem.cost(shares), measure(shares)]);
      else for (const level of levels) if (level <= shares.at(-1)!) walk([...shares, level]);
    };
    walk([1]);
    for (const [cost, divergence] of proposals) {
      const better = all.some(([c, d]) => dominates([c, d], [cost - 1e-9, divergence - 1e-9]));
      expect(better, `something beats (${cost}, ${divergence})`).to.equal(false);
    }
  });

  it("keeps to its evaluations, asks for schedules, and asks the same when told the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        async (layers, evaluations, samples, seed) => {
          const problem = problemOf(layers, evaluations, { samples });
          const noise = new Random(seed);
          const transcript = await runSearch(additive.begin(problem), problem.samples, () => noise.uniform());
          expect(spent(transcript.asked, samples)).to.be.at.most(evaluations);
          for (const { shares } of transcript.asked) for (const row of shares) validateShares(row, layers);
          const again = additive.begin({ ...problem, seed: 5 });
          for (const [k, batch] of transcript.asked.entries()) {
            expect(await again.ask(new Pacer())).to.deep.equal(batch);
            again.tell(transcript.told[k]);
          }
          expect(await again.ask(new Pacer())).to.equal(null);
        },
      ),
      { numRuns: 25, seed: 4 },
    );
  });

  it("spends what is left on costs of interest, spread evenly", async () => {
    const problem = problemOf(8, 120, { costs: [0.1, 0.6] });
    const { asked } = await runSearch(additive.begin(problem), problem.samples, separable(8));
    const measured = 7 * Math.floor(80 / 7);
    const costs = asked
      .flatMap(({ shares }) => [...shares])
      .slice(measured)
      .map(problem.cost)
      .sort((a, b) => a - b);
    expect(costs.length).to.be.within(36, 120 - measured);
    expect(costs[0]).to.be.within(0.1, 0.12);
    expect(costs.at(-1)).to.be.within(0.57, 0.6);
    const gaps = costs.slice(1).map((cost, i) => cost - costs[i]);
    expect(Math.max(...gaps)).to.be.below(0.03);
  });

  it("picks no more than asked for, and no two points close together", () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ shares: [1], cost: (i / 99) ** 2, divergence: 100 - i }));
    for (const count of [0, 1, 2, 7, 50]) {
      const picked = spread(points, count);
      expect(picked.length).to.be.within(Math.min(count, Math.ceil(count * 0.8)), count);
    }
    expect(spread(points, 200)).to.deep.equal(points);
    const costs = spread(points, 10).map(({ cost }) => cost);
    expect(Math.min(...costs.slice(1).map((cost, i) => cost - costs[i]))).to.be.above(0.08);
  });
});
