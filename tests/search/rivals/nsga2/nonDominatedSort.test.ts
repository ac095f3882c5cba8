import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../../../src/errors.js";
import { dominates, nonDominated } from "../../../../src/pareto/index.js";
import { nonDominatedSort } from "../../../../src/search/rivals/nsga2/nonDominatedSort.js";
import { golden } from "./golden.js";

describe("search/rivals/nsga2/nonDominatedSort", () => {
  golden.sorts.forEach(({ points, ranks, violations, constrained }, k) => {
    it(`has the fronts of pymoo, ${points.length} points, case ${k}`, () => {
      expect(nonDominatedSort(points)).to.deep.equal(ranks);
      expect(nonDominatedSort(points, violations)).to.deep.equal(constrained);
    });
  });

  const coordinate = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(Infinity, -Infinity));
  const cloud = fc.array(fc.tuple(coordinate, coordinate, fc.integer({ min: 0, max: 2 })), { maxLength: 25 });

  it("puts a point one front behind the worst that dominates it", () => {
    fc.assert(
      fc.property(cloud, (drawn) => {
        const points = drawn.map(([x, y]) => [x, y]);
        const violations = drawn.map(([, , violation]) => violation);
        const ranks = nonDominatedSort(points, violations);
        points.forEach((point, i) => {
          const above = points.flatMap((other, j) => {
            const better =
              violations[j] < violations[i] || (violations[j] === violations[i] && dominates(other, point));
            return better ? [ranks[j]] : [];
          });
          expect(ranks[i]).to.equal(Math.max(-1, ...above) + 1);
        });
      }),
    );
  });

  it("has the frontier as its first front", () => {
    fc.assert(
      fc.property(cloud, (drawn) => {
        const points = drawn.map(([x, y]) => [x, y]);
        const ranks = nonDominatedSort(points);
        expect(points.flatMap((_, i) => (ranks[i] === 0 ? [i] : []))).to.deep.equal(nonDominated(points));
      }),
    );
  });

  it("refuses what has no order and what it does not sort", () => {
    expect(() => nonDominatedSort([[0, NaN]])).to.throw(EspalierError, "Point 0 is (0, NaN) with violation 0");
    expect(() => nonDominatedSort([[0, 1]], [NaN])).to.throw(EspalierError, "violation NaN");
    expect(() => nonDominatedSort([[0, 1, 2]])).to.throw(RangeError, "Point 0 has 3 objectives");
  });
});
