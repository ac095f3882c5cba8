import { expect } from "chai";
import fc from "fast-check";
import { dominates } from "../../../../src/pareto/index.js";
import {
  additiveFrontier,
  costTable,
  type Levels,
  type ModelPoint,
  type SeparableModel,
} from "../../../../src/search/rivals/additive/index.js";
import { sharesAt } from "../../../../src/search/rivals/additive/separableModel.js";
import { Random } from "../../../../src/tensor/index.js";
import { additiveCost, randomCuts } from "./problem.js";

/** Every non-decreasing list of level indices. */
function* choices(stages: number, levels: number, from = 0): Generator<number[]> {
  if (stages === 0) yield [];
  else {
    for (let k = from; k < levels; k++) for (const rest of choices(stages - 1, levels, k)) yield [k, ...rest];
  }
}

function randomModel(seed: number, layers: number, steps: number, round?: number): SeparableModel {
  const random = new Random(seed);
  const levels = Array.from({ length: steps + 1 }, (_, k) => 1 - k / steps);
  const grid: Levels = { layers, cuts: Array.from({ length: layers - 1 }, (_, i) => i + 1), levels };
  // Rounded weights and divergences make ties.
  const tie = (x: number) => (round === undefined ? x : Math.ceil(x * round));
  const weights = Array.from({ length: layers }, () => tie(0.1 + random.uniform()));
  const divergence = randomCuts(random, layers - 1, levels).map((row) => row.map(tie));
  for (const row of divergence) row[0] = 0;
  return { ...grid, ...costTable(grid, additiveCost(weights)), divergence };
}

/** The model's own definition, schedule by schedule. */
function everything({ divergence, full, costChange, ...grid }: SeparableModel): ModelPoint[] {
  return [...choices(grid.cuts.length, grid.levels.length)].map((chosen) => ({
    shares: sharesAt(grid, chosen),
    cost: chosen.reduce((sum, k, p) => sum + costChange[p][k], full),
    divergence: chosen.reduce((sum, k, p) => sum + divergence[p][k] - divergence[p][p === 0 ? 0 : chosen[p - 1]], 0),
  }));
}

const pair = ({ cost, divergence }: ModelPoint) => [cost, divergence];
const rounded = (points: readonly ModelPoint[]) =>
  new Set(points.map(({ cost, divergence }) => `${cost.toFixed(9)} ${divergence.toFixed(9)}`));

describe("search/rivals/additive/frontier", () => {
  it("is the frontier of all schedules, counted out", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const model = randomModel(seed, 2 + (seed % 4), 2 + (seed % 3));
      const all = everything(model);
      const wanted = all.filter((point) => !all.some((rival) => dominates(pair(rival), pair(point))));
      const found = await additiveFrontier(model);
      expect(rounded(found)).to.deep.equal(rounded(wanted));
      for (const point of found) {
        const same = all.find(({ shares }) => shares.every((share, i) => share === point.shares[i]))!;
        expect(same.cost).to.be.closeTo(point.cost, 1e-12);
        expect(same.divergence).to.be.closeTo(point.divergence, 1e-12);
      }
    }
  });

  it("has one of equal points, from the cheapest to the dearest", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const model = randomModel(seed, 5, 3, 3);
      const all = everything(model);
      const found = await additiveFrontier(model);
      for (const [i, point] of found.entries()) {
        if (i > 0) expect(point.cost).to.be.above(found[i - 1].cost);
        if (i > 0) expect(point.divergence).to.be.below(found[i - 1].divergence);
      }
      for (const { cost, divergence } of all) {
        const covered = found.some((point) => point.cost <= cost + 1e-12 && point.divergence <= divergence + 1e-12);
        expect(covered, `${cost} ${divergence}`).to.equal(true);
      }
    }
  });

  it("with few cells stays within the error that it states", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 60 }), async (seed, cells) => {
        const model = randomModel(seed, 6, 4);
        const exact = await additiveFrontier(model);
        const found = await additiveFrontier(model, { cells });
        const allowed = model.cuts.length / cells + 1e-12;
        for (const { cost, divergence } of exact) {
          const near = found.some((p) => p.divergence <= divergence + 1e-12 && p.cost <= cost + allowed);
          expect(near, `nothing near ${cost} ${divergence} in ${cells} cells`).to.equal(true);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it("solves a decoder of 28 layers with 17 levels within its cells", async () => {
    const model = randomModel(5, 28, 17);
    const found = await additiveFrontier(model, { cells: 500 });
    expect(found[0].shares.slice(1)).to.deep.equal(new Array(27).fill(0));
    expect(found.at(-1)!.shares).to.deep.equal(new Array(28).fill(1));
    expect(found.length).to.be.within(100, 501);
  });
});
