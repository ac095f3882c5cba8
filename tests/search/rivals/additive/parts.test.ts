import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../../src/errors.js";
import { validateShares } from "../../../../src/schedules/index.js";
import { chooseLevels, cleanDivergence, costTable, singleCut } from "../../../../src/search/rivals/additive/index.js";
import { nonDecreasing } from "../../../../src/search/rivals/additive/isotonic.js";
import { sharesAt } from "../../../../src/search/rivals/additive/separableModel.js";
import { additiveCost } from "./problem.js";

describe("search/rivals/additive, isotonic", () => {
  it("is the nearest non-decreasing list in squares", () => {
    expect(nonDecreasing([])).to.deep.equal([]);
    expect(nonDecreasing([1, 3, 2, 4])).to.deep.equal([1, 2.5, 2.5, 4]);
    expect(nonDecreasing([4, 3, 2, 1])).to.deep.equal([2.5, 2.5, 2.5, 2.5]);
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 8 });
    const squares = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
    fc.assert(
      fc.property(
        values,
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (raw, other) => {
          const fitted = nonDecreasing(raw);
          expect(fitted).to.have.length(raw.length);
          for (let i = 1; i < fitted.length; i++) expect(fitted[i]).to.be.at.least(fitted[i - 1]);
          expect(nonDecreasing(fitted)).to.deep.equal(fitted);
          const rival = other.slice(0, raw.length).sort((a, b) => a - b);
          expect(squares(raw, fitted)).to.be.at.most(squares(raw, rival) + 1e-9);
        },
      ),
    );
  });

  it("makes measured cuts rise from 0 as tokens go", () => {
    expect(cleanDivergence([[-1e-9, 0.2, 0.1, 0.5]])).to.deep.equal([
      [0, 0, 0.15000000000000002, 0.15000000000000002, 0.5],
    ]);
  });
});

describe("search/rivals/additive, levels", () => {
  it("takes all layers where each can have four levels, and fewer layers otherwise; never more than allowed", () => {
    expect(chooseLevels(8, 466)).to.deep.include({ cuts: [1, 2, 3, 4, 5, 6, 7] });
    expect(chooseLevels(8, 466).levels).to.have.length(33);
    expect(chooseLevels(28, 466).levels).to.have.length(18);
    expect(chooseLevels(28, 42).cuts).to.deep.equal([1, 3, 6, 9, 11, 14, 17, 19, 22, 25]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), fc.integer({ min: 1, max: 1000 }), (layers, measurements) => {
        const grid = chooseLevels(layers, measurements);
        expect(grid.cuts.length * (grid.levels.length - 1)).to.be.within(1, measurements);
        expect([grid.levels[0], grid.levels.at(-1)]).to.deep.equal([1, 0]);
        expect(grid.cuts[0]).to.equal(1);
        expect(new Set(grid.cuts).size).to.equal(grid.cuts.length);
        expect(grid.cuts.at(-1)).to.be.below(layers);
        for (const [p, cut] of grid.cuts.entries()) {
          for (let k = 1; k < grid.levels.length; k++) {
            const shares = singleCut(grid, p, k);
            validateShares(shares, layers);
            expect(shares.filter((share) => share === 1)).to.have.length(cut);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("search/rivals/additive, costs", () => {
  const grid = chooseLevels(6, 20);

  it("gives back the cost of every schedule", () => {
    const cost = additiveCost([3, 1, 4, 1, 5, 9]);
    const { full, costChange } = costTable(grid, cost);
    for (const chosen of [
      [0, 0, 0, 0, 0],
      [4, 4, 4, 4, 4],
      [0, 1, 1, 2, 4],
    ]) {
      const sum = chosen.reduce((total, k, p) => total + costChange[p][k], full);
      expect(sum).to.be.closeTo(cost(sharesAt(grid, chosen)), 1e-12);
    }
  });

  it("refuses a cost that does not add over layers", () => {
    const falls = (shares: readonly number[]) => shares.filter((share, i) => i > 0 && share < shares[i - 1]).length;
    const cost = additiveCost([1, 1, 1, 1, 1, 1]);
    expect(() => costTable(grid, (shares) => cost(shares) + 0.001 * falls(shares))).to.throw(
      EspalierError,
      /adds over layers.*Choose another cost/,
    );
  });
});
