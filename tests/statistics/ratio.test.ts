import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import {
  bcaInterval,
  bcaRatioInterval,
  percentileInterval,
  ratioInfluence,
  ratioOfMeans,
  resampledMeans,
  resampledRatios,
} from "../../src/statistics/index.js";
import { Random } from "../../src/tensor/index.js";

interface Golden {
  ratios: {
    x: number[];
    y: number[];
    level: number;
    indices: number[][];
    ratio: number;
    percentile: number[];
    bca: number[];
  }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const { ratios } = JSON.parse(readFileSync(file, "utf8")) as Golden;

const value = fc.double({ min: -5, max: 5, noNaN: true });
const amount = fc.double({ min: 0.1, max: 2, noNaN: true });

describe("statistics/ratio", () => {
  for (const [i, set] of ratios.entries()) {
    it(`gives SciPy's intervals from SciPy's resamples, set ${i}`, () => {
      const means = (values: number[]) =>
        Float64Array.from(set.indices, (row) => row.reduce((sum, s) => sum + values[s], 0) / row.length);
      const drawn = resampledRatios(means(set.x), means(set.y));
      expect(ratioOfMeans(set.x, set.y)).to.be.closeTo(set.ratio, 1e-12);
      const percentile = percentileInterval(drawn, set.level);
      expect(percentile.low).to.be.closeTo(set.percentile[0], 1e-12);
      expect(percentile.high).to.be.closeTo(set.percentile[1], 1e-12);
      const bca = bcaRatioInterval(set.x, set.y, drawn, set.level);
      expect(bca.low).to.be.closeTo(set.bca[0], 1e-9);
      expect(bca.high).to.be.closeTo(set.bca[1], 1e-9);
    });
  }

  it("over equal denominators is the interval of the mean", () => {
    // By powers of two nothing rounds, so resamples that give the mean itself are still counted as that.
    const power = fc.constantFrom(0.25, 0.5, 1, 4);
    fc.assert(
      fc.property(fc.array(value, { minLength: 3, maxLength: 20 }), power, (values, denominator) => {
        const denominators = values.map(() => denominator);
        const [x, y] = resampledMeans([values, denominators], new Random(1), 500);
        const found = bcaRatioInterval(values, denominators, resampledRatios(x, y), 0.95);
        const wanted = bcaInterval(values, x, 0.95);
        expect(found.low).to.be.closeTo(wanted.low / denominator, 1e-6);
        expect(found.high).to.be.closeTo(wanted.high / denominator, 1e-6);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves out resamples that drew no sample with a part in the ratio", () => {
    const x = [0, 0, 0, 2, 4];
    const y = [0, 0, 0, 1, 1];
    const [numerators, denominators] = resampledMeans([x, y], new Random(3), 1000);
    const drawn = resampledRatios(numerators, denominators);
    expect(drawn).to.have.length(denominators.filter((mean) => mean !== 0).length);
    // Three of five have no part: (3/5)^5 of the resamples draw none of the others.
    expect(1 - drawn.length / 1000).to.be.closeTo(0.6 ** 5, 0.03);
    for (const ratio of drawn) expect(ratio).to.be.within(2, 4);
    const { low, high } = bcaRatioInterval(x, y, drawn, 0.9);
    expect(low).to.be.within(2, 3);
    expect(high).to.be.within(3, 4);
  });

  it("says what each sample adds: nothing in the mean, and nothing without a part", () => {
    const pairs = fc.array(fc.tuple(value, amount), { minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(pairs, (members) => {
        const x = [0, ...members.map(([numerator]) => numerator)];
        const y = [0, ...members.map(([, denominator]) => denominator)];
        const influence = ratioInfluence(x, y);
        expect(influence[0]).to.be.closeTo(0, 1e-12);
        expect(influence.reduce((a, b) => a + b, 0)).to.be.closeTo(0, 1e-9);
        // A little more of one sample moves the ratio by a little of its influence.
        const weight = 1e-6;
        const heavier = ratioOfMeans([...x, weight * x[1]], [...y, weight * y[1]]);
        const moved = (x.length / weight) * (heavier - ratioOfMeans(x, y));
        expect(moved).to.be.closeTo(influence[1], 1e-3 * (1 + Math.abs(influence[1])));
      }),
    );
  });
});
