import { readFileSync } from "node:fs";
import { expect } from "chai";
import { raiseDeviations, resampledMeans, simultaneousFactor, standardErrorOf } from "../../src/statistics/index.js";
import { Random } from "../../src/tensor/index.js";

interface Golden {
  simultaneous: { influences: number[][]; indices: number[][]; level: number; errors: number[]; factor: number }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const { simultaneous } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/simultaneous", () => {
  for (const [i, { influences, indices, level, errors, factor }] of simultaneous.entries()) {
    it(`gives NumPy's factor from NumPy's resamples, set ${i}`, () => {
      const largest = new Float64Array(indices.length);
      influences.forEach((influence, k) => {
        const error = standardErrorOf(influence);
        expect(error).to.be.closeTo(errors[k], 1e-12);
        const drawn = Float64Array.from(indices, (row) => row.reduce((sum, s) => sum + influence[s], 0) / row.length);
        raiseDeviations(largest, drawn, error);
      });
      expect(simultaneousFactor(largest, level)).to.be.closeTo(factor, 1e-12);
    });
  }

  it("covers all true means at once about as often as it says, where single intervals do not", () => {
    const random = new Random(5);
    const [estimates, n, trials] = [12, 60, 150];
    const covered = { single: 0, all: 0 };
    for (let t = 0; t < trials; t++) {
      const values = Array.from({ length: estimates }, () => Float64Array.from({ length: n }, () => random.normal()));
      const means = values.map((row) => row.reduce((a, b) => a + b, 0) / n);
      const influences = values.map((row, k) => row.map((x) => x - means[k]));
      const errors = influences.map(standardErrorOf);
      const largest = new Float64Array(400);
      resampledMeans(influences, random, 400).forEach((drawn, k) => {
        raiseDeviations(largest, drawn, errors[k]);
      });
      const factor = simultaneousFactor(largest, 0.95);
      if (means.every((mean, k) => Math.abs(mean) <= factor * errors[k])) covered.all++;
      if (means.every((mean, k) => Math.abs(mean) <= 1.96 * errors[k])) covered.single++;
    }
    expect(covered.all / trials).to.be.within(0.88, 0.99);
    expect(covered.single / trials).to.be.below(0.75);
  });

  it("never deviates where every sample says the same", () => {
    const largest = new Float64Array(3);
    raiseDeviations(largest, new Float64Array(3), standardErrorOf([0, 0]));
    expect(simultaneousFactor(largest, 0.95)).to.equal(0);
  });
});
