import { expect } from "chai";
import fc from "fast-check";
import { Front } from "../../../../labextension/src/frontier/model/front.js";

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })), { maxLength: 60 });

/** Points that no other one beats, of equal ones the first. */
function bruteForce(points: readonly (readonly [number, number])[]): number[] {
  return [...points.keys()].filter((i) =>
    points.every(([c, v], j) => {
      const [cost, value] = points[i]!;
      if (i === j || c > cost || v > value) return true;
      return c === cost && v === value && j > i;
    }),
  );
}

describe("labextension/frontier/model/front", () => {
  it("holds what nothing dominates, by rising cost", () => {
    fc.assert(
      fc.property(pairs, (points) => {
        const front = new Front();
        for (const [i, [cost, value]] of points.entries()) front.add(i, cost, value);
        expect([...front.points].sort((a, b) => a - b)).to.deep.equal(bruteForce(points));
        const costs = front.points.map((i) => points[i]![0]);
        expect(costs).to.deep.equal([...costs].sort((a, b) => a - b));
      }),
    );
  });

  it("tells which points it loses", () => {
    const front = new Front();
    expect(front.add(0, 1, 5)).to.deep.equal([]);
    expect(front.add(1, 2, 4)).to.deep.equal([]);
    expect(front.add(2, 3, 3)).to.deep.equal([]);
    expect(front.add(3, 1.5, 3.5)).to.deep.equal([1]);
    expect(front.add(4, 1.5, 3.6)).to.equal(null);
    expect(front.points).to.deep.equal([0, 3, 2]);
  });

  it("knows the best within a budget", () => {
    const front = new Front();
    front.add(0, 1, 5);
    front.add(1, 3, 2);
    expect([front.pointWithin(0.5), front.pointWithin(1), front.pointWithin(2.9), front.pointWithin(9)]).to.deep.equal([
      -1, 0, 0, 1,
    ]);
    expect(front.valueWithin(0)).to.equal(Number.POSITIVE_INFINITY);
  });
});
