import { readFileSync } from "node:fs";
import { expect } from "chai";
import { ParzenEstimator } from "../../../../src/search/rivals/tpe/parzenEstimator.js";
import { Random } from "../../../../src/tensor/index.js";

interface Golden {
  parzen: {
    dimensions: number;
    observations: number[][];
    given: number[];
    weights: number[];
    means: number[][];
    sigmas: number[][];
    at: number[][];
    logDensity: number[];
  }[];
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/search/tpe.json", import.meta.url), "utf8"),
) as Golden;

function expectClose(actual: ArrayLike<number>, wanted: readonly number[]): void {
  expect(actual.length).to.equal(wanted.length);
  wanted.forEach((value, i) => {
    expect(actual[i], `at ${i}`).to.be.closeTo(value, 1e-9);
  });
}

describe("search/rivals/tpe/parzenEstimator", () => {
  for (const { dimensions, observations, given, weights, means, sigmas, at, logDensity } of golden.parzen) {
    it(`is Optuna's for ${observations.length} observations in ${dimensions} dimensions`, () => {
      const estimator = new ParzenEstimator(observations, given, dimensions);
      expectClose(estimator.weights, weights);
      estimator.coordinates.forEach((coordinate, d) => {
        expectClose(coordinate.means, means[d]);
        expectClose(coordinate.sigmas, sigmas[d]);
      });
      expectClose(
        at.map((x) => estimator.logDensity(x)),
        logDensity,
      );
    });
  }

  it("draws from its own density", () => {
    const estimator = new ParzenEstimator([[0], [0.1], [0.9]], [1, 0.5, 2], 1);
    const random = new Random(3);
    const draws = Array.from({ length: 20000 }, () => estimator.sample(random)[0]);
    const bins = 10;
    for (let bin = 0; bin < bins; bin++) {
      const share = draws.filter((x) => x >= bin / bins && x < (bin + 1) / bins).length / draws.length;
      // The integral of the density over the bin, midpoints of 100 pieces.
      const mass = Array.from({ length: 100 }, (_, i) =>
        Math.exp(estimator.logDensity([(bin + (i + 0.5) / 100) / bins])),
      );
      expect(share).to.be.closeTo(mass.reduce((sum, m) => sum + m, 0) / 100 / bins, 0.012);
    }
  });

  it("refuses weights of another number", () => {
    expect(() => new ParzenEstimator([[0.5]], [], 1)).to.throw(RangeError, "1 observations have 0 weights");
  });
});
