import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../../src/errors.js";
import { hypervolume, nonDominated } from "../../../../src/pareto/index.js";
import { kernelFunction, validateShares } from "../../../../src/schedules/index.js";
import { nsga2, nsga2Search } from "../../../../src/search/rivals/nsga2/index.js";
import { kernelSpace } from "../../../../src/search/rivals/searchSpace.js";
import { Pacer } from "../../../../src/tensor/index.js";
import { golden } from "./golden.js";
import { fallSpace, falls, type Measure, resumed, search, smoothProblem } from "./synthetic.js";

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[(values.length - 1) / 2];

/** f₂ of Zitzler, Deb and Thiele (2000); f₁ is the first coordinate. */
const zdt = (power: number): Measure => {
  return (shares) => {
    const x = falls(shares);
    const g = 1 + (9 * x.slice(1).reduce((sum, value) => sum + value, 0)) / (x.length - 1);
    return [g * (1 - (Math.max(0, x[0]) / g) ** power)];
  };
};
const ZDT: Readonly<Record<string, Measure>> = { zdt1: zdt(0.5), zdt2: zdt(2) };

describe("search/rivals/nsga2", () => {
  for (const { problem: name, variables, evaluations, reference, hypervolumes } of golden.runs) {
    it(`is as good as pymoo's on ${name}`, async () => {
      const found: number[] = [];
      for (let seed = 0; seed < hypervolumes.length; seed++) {
        const problem = smoothProblem({
          layers: variables + 1,
          samples: 1,
          space: fallSpace(variables),
          cost: (shares) => falls(shares)[0],
          evaluations,
          seed,
        });
        const { measured } = await search(problem, nsga2Search.begin(problem), ZDT[name]);
        expect(measured).to.have.length(evaluations);
        found.push(
          hypervolume(
            measured.map(({ cost, divergence }) => [cost, divergence]),
            reference,
          ),
        );
      }
      const sorted = [...hypervolumes].sort((a, b) => a - b);
      const quarter = Math.floor(sorted.length / 4);
      expect(median(found)).to.be.within(sorted[quarter], sorted[sorted.length - 1 - quarter]);
      // How often one of these runs beats one of pymoo's: ½ for equals, give or take 0.07 (σ) for 31 runs each.
      const won = found.flatMap((volume) => hypervolumes.filter((other) => volume > other)).length;
      expect(won / (found.length * hypervolumes.length)).to.be.within(0.35, 0.65);
    });
  }

  it("asks for schedules, each once, and for no more of them than it may", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          evaluations: fc.integer({ min: 1, max: 150 }),
          population: fc.integer({ min: 2, max: 50 }),
          low: fc.double({ min: 0, max: 0.6, noNaN: true }),
          width: fc.constantFrom(0.1, 0.3, 1),
        }),
        async ({ seed, evaluations, population, low, width }) => {
          const problem = smoothProblem({ seed, evaluations, costs: [low, low + width] });
          const { batches, measured } = await search(problem, nsga2({ population }).begin(problem));
          expect(measured).to.have.length(evaluations);
          expect(new Set(measured.map(({ shares }) => shares.join())).size).to.equal(evaluations);
          for (const { shares, cost } of measured) {
            validateShares(shares, problem.layers);
            expect(cost).to.be.within(low, low + width);
          }
          for (const { shares, samples } of batches) {
            expect(shares.length).to.be.within(1, population);
            expect(samples).to.equal(undefined);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("finds schedules within the costs of interest where a small population has met far from them", async () => {
    const costs = [0.6, 0.9] as const;
    const problem = smoothProblem({ seed: 715808546, evaluations: 3, costs });
    const { measured } = await search(problem, nsga2({ population: 2 }).begin(problem));
    for (const { cost } of measured) expect(cost).to.be.within(...costs);
  });

  it("asks the same again under the same seed, and after a stop at any batch", async () => {
    for (const costs of [undefined, [0.2, 0.4]] as const) {
      const problem = smoothProblem({ costs, seed: 11 });
      const { batches } = await search(problem, nsga2Search.begin(problem));
      for (let stop = 0; stop <= batches.length; stop++) {
        expect(await resumed(nsga2Search, problem, stop)).to.deep.equal(batches);
      }
      const other = { ...problem, seed: 12 };
      expect((await search(other, nsga2Search.begin(other))).batches).to.not.deep.equal(batches);
    }
  });

  it("learns: most of the frontier is found in the second half, all of it within the costs", async () => {
    for (const costs of [undefined, [0.3, 0.5]] as const) {
      const problem = smoothProblem({ costs, evaluations: 400, space: kernelSpace(kernelFunction("free"), 6) });
      const { measured } = await search(problem, nsga2Search.begin(problem));
      const front = nonDominated(measured.map(({ cost, divergence }) => [cost, divergence]));
      expect(front.filter((i) => i >= 200).length).to.be.above(front.length / 2);
      const [low, high] = costs ?? [0, 1];
      for (const { cost } of measured) expect(cost).to.be.within(low, high);
    }
  });

  it("measures the nearest schedules where none is within the costs", async () => {
    const problem = smoothProblem({ evaluations: 60, costs: [1.5, 2] });
    const { measured } = await search(problem, nsga2Search.begin(problem));
    expect(measured).to.have.length.within(1, 60);
    for (const { cost } of measured) expect(cost).to.be.above(0.9);
  });

  it("ends early when a space has no more schedules", async () => {
    const alone = smoothProblem({
      layers: 1,
      space: { dimensions: 1, decode: (points) => points.map(() => [1]) },
      cost: () => 1,
    });
    expect((await search(alone, nsga2Search.begin(alone))).batches).to.deep.equal([{ shares: [[1]] }]);
    const few = smoothProblem({
      space: {
        dimensions: 1,
        decode: (points) => points.map((point) => [1, ...new Array<number>(5).fill(Math.round(point[0] * 4) / 4)]),
      },
      costs: [0.2, 1],
    });
    const { measured } = await search(few, nsga2Search.begin(few));
    expect(measured.map(({ cost }) => cost).sort()).to.deep.equal([0.25, 0.5, 0.75, 1]);
  });

  it("refuses a population without a pair, and divergences that are not those of its question", async () => {
    for (const population of [0, 1, 2.5, NaN]) {
      expect(() => nsga2({ population })).to.throw(EspalierError, `a population of ${population}`);
    }
    const problem = smoothProblem();
    const searcher = nsga2Search.begin(problem);
    await searcher.ask(new Pacer());
    expect(() => searcher.tell([[1, 2, 3]])).to.throw(RangeError, "40 schedules were asked for and 1 are told");
    expect(() => searcher.tell(Array.from({ length: 40 }, () => [NaN, 0, 0]))).to.throw(
      EspalierError,
      "NaN has no order",
    );
  });
});
