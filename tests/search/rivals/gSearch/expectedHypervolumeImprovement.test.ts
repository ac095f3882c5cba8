import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { hypervolume } from "../../../../src/pareto/index.js";
import {
  expectedHypervolumeImprovement,
  normalShortfall,
  shiftedLognormalShortfall,
  strips,
} from "../../../../src/search/rivals/gSearch/expectedHypervolumeImprovement.js";

interface Golden {
  improvements: {
    front: number[][];
    reference: [number, number];
    cost: number;
    mean: number;
    deviation: number;
    shift: number | null;
    expected: number;
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/search/gsearch.json", import.meta.url), "utf8"),
) as Golden;

describe("search/rivals/gSearch/expectedHypervolumeImprovement", () => {
  golden.improvements.forEach(({ front, reference, cost, mean, deviation, shift, expected }, i) => {
    it(`is the integral of the improvement, ${shift === null ? "normal" : "lognormal"} case ${i}`, () => {
      const shortfall = (level: number) =>
        shift === null
          ? normalShortfall(level, mean, deviation)
          : shiftedLognormalShortfall(level, mean, deviation, shift);
      const found = expectedHypervolumeImprovement(cost, shortfall, strips(front, reference));
      expect(found).to.be.closeTo(expected, 1e-9);
      expect(found / expected).to.be.closeTo(1, 1e-6);
    });
  });

  it("is the improvement itself where nothing is uncertain", () => {
    const coordinate = fc.integer({ min: 0, max: 12 }).map((x) => x / 10);
    const point = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), point, (front, [cost, divergence]) => {
        const reference: [number, number] = [1, 1.1];
        const gained = hypervolume([...front, [cost, divergence]], reference) - hypervolume(front, reference);
        const normal = (level: number) => normalShortfall(level, divergence, 0);
        expect(expectedHypervolumeImprovement(cost, normal, strips(front, reference))).to.be.closeTo(gained, 1e-12);
        const lognormal = (level: number) => shiftedLognormalShortfall(level, Math.log(divergence + 0.5), 0, 0.5);
        expect(expectedHypervolumeImprovement(cost, lognormal, strips(front, reference))).to.be.closeTo(gained, 1e-12);
      }),
    );
  });

  it("expects nothing at or beyond the reference's cost", () => {
    const front = strips([[0.5, 0.5]], [1, 1]);
    expect(expectedHypervolumeImprovement(1, (level) => normalShortfall(level, 0, 1), front)).to.equal(0);
  });

  it("expects nothing below a level that no divergence reaches", () => {
    expect(shiftedLognormalShortfall(-0.2, 0, 1, 0.1)).to.equal(0);
    expect(normalShortfall(-50, 0, 1)).to.equal(0);
  });
});
