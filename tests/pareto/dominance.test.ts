import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { additiveEpsilon, dominates, hypervolume, igdPlus, nonDominated } from "../../src/pareto/index.js";

interface Golden {
  sets: {
    points: number[][];
    reference: number[];
    front: number[];
    hypervolume: number;
    other: number[][];
    igdPlus: number;
    epsilon: number;
  }[];
}
const file = new URL("../../../tests/golden/pareto/indicators.json", import.meta.url);
const { sets } = JSON.parse(readFileSync(file, "utf8")) as Golden;

/** Coordinates on a coarse grid, so that ties and duplicates are common. */
const cloud = (m: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: m, maxLength: m }), { maxLength: 25 });

describe("pareto: against the golden file", () => {
  for (const [i, set] of sets.entries()) {
    it(`set ${i}: ${set.points.length} points, ${set.reference.length} objectives`, () => {
      expect(nonDominated(set.points)).to.deep.equal(set.front);
      expect(hypervolume(set.points, set.reference)).to.be.closeTo(set.hypervolume, 1e-12);
      expect(igdPlus(set.points, set.other)).to.be.closeTo(set.igdPlus, 1e-12);
      expect(additiveEpsilon(set.points, set.other)).to.be.closeTo(set.epsilon, 1e-12);
    });
  }
});

describe("pareto/dominance", () => {
  it("does not let equal points dominate each other", () => {
    expect(dominates([1, 2], [1, 2])).to.equal(false);
    expect(dominates([1, 2], [1, 3])).to.equal(true);
    expect(dominates([1, 3], [2, 2])).to.equal(false);
    expect(
      nonDominated([
        [1, 2],
        [1, 2],
        [0, 3],
        [1, 3],
      ]),
    ).to.deep.equal([0, 1, 2]);
    expect(nonDominated([])).to.deep.equal([]);
  });

  it("is the definition, for one to four objectives", () => {
    for (const m of [1, 2, 3, 4]) {
      fc.assert(
        fc.property(cloud(m), (points) => {
          const brute = points.map((_, i) => i).filter((i) => !points.some((other) => dominates(other, points[i])));
          expect(nonDominated(points)).to.deep.equal(brute);
        }),
      );
    }
  });

  it("refuses NaN by name and orders infinities", () => {
    const points = [
      [0, 1],
      [0.5, Number.NaN],
    ];
    expect(() => nonDominated(points)).to.throw(EspalierError, /Point 1 is \(0.5, NaN\)/);
    expect(() => hypervolume(points, [1, 1])).to.throw(EspalierError, /NaN/);
    expect(() => nonDominated([[1], [1, 2]])).to.throw(RangeError, /has 2 objectives/);
    expect(
      nonDominated([
        [0, Infinity],
        [1, 3],
        [2, Infinity],
      ]),
    ).to.deep.equal([0, 1]);
  });
});

describe("pareto/hypervolume", () => {
  it("counts the unit cells that some point dominates", () => {
    for (const m of [1, 2, 3]) {
      fc.assert(
        fc.property(cloud(m), (points) => {
          let cells = 0;
          for (let c = 0; c < 5 ** m; c++) {
            const cell = Array.from({ length: m }, (_, k) => Math.floor(c / 5 ** k) % 5);
            if (points.some((point) => point.every((value, k) => value <= cell[k]))) cells++;
          }
          expect(hypervolume(points, new Array<number>(m).fill(5))).to.equal(cells);
        }),
      );
    }
  });

  it("needs a finite reference", () => {
    expect(() => hypervolume([[0, 0]], [1, Infinity])).to.throw(EspalierError, /must be finite/);
    expect(hypervolume([], [1, 1])).to.equal(0);
  });

  it("does 5,000 points in two objectives at once", () => {
    const points = Array.from({ length: 5000 }, (_, i) => [i / 5000, 1 - i / 5000]);
    const start = process.cpuUsage();
    expect(hypervolume(points, [1, 1])).to.be.closeTo(0.5, 1e-3);
    expect(process.cpuUsage(start).user / 1000).to.be.below(500);
  });
});

describe("pareto/indicators", () => {
  it("are 0 for a set against itself", () => {
    const set = [
      [0, 1],
      [1, 0],
    ];
    expect(igdPlus(set, set)).to.equal(0);
    expect(additiveEpsilon(set, set)).to.equal(0);
    expect(additiveEpsilon([[-1, -1]], set)).to.equal(-1);
    expect(() => igdPlus([], set)).to.throw(EspalierError, /found one has 0 points/);
  });
});
