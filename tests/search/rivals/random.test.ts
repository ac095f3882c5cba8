import { expect } from "chai";
import fc from "fast-check";
import { validateShares } from "../../../src/schedules/index.js";
import { randomSearch } from "../../../src/search/rivals/random.js";
import { resumed, search, smoothProblem } from "./nsga2/synthetic.js";

describe("search/rivals/random", () => {
  it("asks for as many schedules as it may, within the costs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          evaluations: fc.integer({ min: 1, max: 100 }),
          low: fc.double({ min: 0, max: 0.4, noNaN: true }),
          width: fc.constantFrom(0.1, 0.3, 1),
        }),
        async ({ seed, evaluations, low, width }) => {
          const problem = smoothProblem({ seed, evaluations, costs: [low, low + width] });
          const { batches, measured } = await search(problem, randomSearch.begin(problem));
          expect(batches.map(({ shares }) => shares.length)).to.deep.equal(
            Array.from({ length: Math.ceil(evaluations / 32) }, (_, k) => Math.min(32, evaluations - 32 * k)),
          );
          for (const { samples } of batches) expect(samples).to.equal(undefined);
          for (const { shares, cost } of measured) {
            validateShares(shares, problem.layers);
            expect(cost).to.be.within(low, low + width);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is uniform in the cube", async () => {
    const points: number[][] = [];
    const problem = smoothProblem({
      evaluations: 1984,
      space: {
        dimensions: 2,
        decode: (drawn) => {
          points.push(...drawn.map((point) => Array.from(point)));
          return drawn.map(() => [1, 1, 1, 1, 1, 1]);
        },
      },
    });
    await search(problem, randomSearch.begin(problem));
    expect(points).to.have.length(1984);
    // Each of 4 × 4 cells holds 124 of them, give or take four standard deviations.
    const cells = new Array<number>(16).fill(0);
    for (const [x, y] of points) cells[Math.floor(4 * x) * 4 + Math.floor(4 * y)]++;
    for (const count of cells) expect(count).to.be.within(82, 168);
  });

  it("asks the same again under the same seed, and after a stop at any batch", async () => {
    const problem = smoothProblem({ evaluations: 100, costs: [0.3, 0.5], seed: 4 });
    const { batches } = await search(problem, randomSearch.begin(problem));
    for (let stop = 0; stop <= batches.length; stop++) {
      expect(await resumed(randomSearch, problem, stop)).to.deep.equal(batches);
    }
    const other = { ...problem, seed: 5 };
    expect((await search(other, randomSearch.begin(other))).batches).to.not.deep.equal(batches);
  });

  it("takes the nearest schedules where too few are within the costs", async () => {
    const reached = smoothProblem({ evaluations: 40 });
    const drawn = (await search(reached, randomSearch.begin(reached))).measured.map(({ cost }) => cost);
    const problem = smoothProblem({ evaluations: 40, costs: [1.5, 2] });
    const { measured } = await search(problem, randomSearch.begin(problem));
    expect(measured).to.have.length(40);
    // Of 6,400 draws a batch the best 32: the least of them beats the best of 40 draws.
    expect(Math.min(...measured.map(({ cost }) => cost))).to.be.above(Math.max(...drawn));
  });
});
