import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import {
  type CostedPoint,
  FRONTIER_BUDGETS,
  frontierAtBudgets,
  normalisedHypervolume,
  regret,
} from "../../src/pareto/index.js";

interface Golden {
  frontiers: {
    points: CostedPoint[];
    divergenceAtZero: number;
    budgets: number[];
    read: [number, number][];
    hypervolume: number;
  }[];
}
const file = new URL("../../../tests/golden/pareto/indicators.json", import.meta.url);
const { frontiers } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("pareto/frontier", () => {
  it("has the twenty budgets of the method", () => {
    expect(FRONTIER_BUDGETS).to.have.length(20);
    expect(FRONTIER_BUDGETS.slice(0, 3)).to.deep.equal([0.01, 0.05, 0.1]);
    expect(FRONTIER_BUDGETS.at(-1)).to.equal(0.95);
  });

  for (const golden of frontiers) {
    it(`reads ${golden.points.length} configurations as the golden file does`, () => {
      const zero = golden.divergenceAtZero;
      const read = frontierAtBudgets(golden.points, golden.budgets).map(({ budget, divergence }) => [
        budget,
        Math.min(1, (divergence ?? zero) / zero),
      ]);
      expect(read).to.deep.equal(golden.read);
      const volume = normalisedHypervolume(golden.points, zero, golden.budgets);
      expect(volume).to.be.closeTo(golden.hypervolume, 1e-12);
      expect(normalisedHypervolume(golden.points, zero)).to.equal(volume);
    });
  }

  it("takes the cheaper of equals, a cost within rounding of its budget, and null where nothing fits", () => {
    const points = [
      { cost: 0.3, divergence: 0.5 },
      { cost: 0.2 + 1e-12, divergence: 0.5 },
      { cost: 0.9, divergence: 0.6 },
    ];
    expect(frontierAtBudgets(points, [0.95, 0.2, 0.1])).to.deep.equal([
      { budget: 0.95, index: 1, divergence: 0.5 },
      { budget: 0.2, index: 1, divergence: 0.5 },
      { budget: 0.1, index: null, divergence: null },
    ]);
  });

  it("is 0 without an improvement on budget 0 and clips what is worse", () => {
    expect(normalisedHypervolume([], 2)).to.equal(0);
    expect(normalisedHypervolume([{ cost: 0, divergence: 5 }], 2)).to.equal(0);
    expect(normalisedHypervolume([{ cost: 0, divergence: 0 }], 2)).to.be.closeTo(0.99, 1e-12);
  });

  it("reports regret of either sign and refuses what has no meaning", () => {
    expect(regret(0.45, 0.5)).to.be.closeTo(0.1, 1e-12);
    expect(regret(0.55, 0.5)).to.be.closeTo(-0.1, 1e-12);
    expect(() => regret(0.5, 0)).to.throw(EspalierError, /hypervolume 0/);
    expect(() => normalisedHypervolume([], 0)).to.throw(EspalierError, /divergence at budget 0 is 0/);
    expect(() => frontierAtBudgets([{ cost: Number.NaN, divergence: 1 }], [0.5])).to.throw(EspalierError, /NaN/);
  });
});
