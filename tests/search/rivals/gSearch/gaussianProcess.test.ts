import { readFileSync } from "node:fs";
import { expect } from "chai";
import { GaussianProcess } from "../../../../src/search/rivals/gSearch/gaussianProcess.js";
import {
  BOUNDS,
  initialHyperparameters,
  logMarginalLikelihood,
  mostLikely,
} from "../../../../src/search/rivals/gSearch/marginalLikelihood.js";
import { covariances, type Hyperparameters } from "../../../../src/search/rivals/gSearch/matern.js";
import { Pacer, Random } from "../../../../src/tensor/index.js";

interface Golden {
  processes: {
    points: number[][];
    values: number[];
    hyperparameters: Hyperparameters;
    covariance: number[][];
    logLikelihood: number;
    gradient: number[];
    at: number[][];
    mean: number[];
    variance: number[];
  }[];
  mostLikely: { points: number[][]; values: number[]; logLikelihood: number; logs: number[] };
}
const golden = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/search/gsearch.json", import.meta.url), "utf8"),
) as Golden;
const pacer = new Pacer();

function expectClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual.length).to.equal(wanted.length);
  wanted.forEach((value, i) => {
    expect(actual[i], `at ${i}`).to.be.closeTo(value, tolerance * (1 + Math.abs(value)));
  });
}

describe("search/rivals/gSearch/gaussianProcess", () => {
  for (const expected of golden.processes) {
    const { points, values, hyperparameters } = expected;
    describe(`of ${points.length} points in ${points[0].length} dimensions`, () => {
      it("has the covariances of Matérn 5/2", () => {
        expected.covariance.forEach((row, i) => {
          expectClose(covariances(points[i], points, hyperparameters), row, 1e-12);
        });
      });

      it("has the marginal likelihood and its gradient", async () => {
        const { value, gradient } = await logMarginalLikelihood(points, values, hyperparameters, pacer);
        expectClose([value], [expected.logLikelihood], 1e-9);
        expectClose(gradient, expected.gradient, 1e-7);
      });

      it("has the posterior, however its points came", async () => {
        const process = new GaussianProcess(hyperparameters);
        await process.extend(points.slice(0, 7), pacer);
        for (const point of points.slice(7)) await process.extend([point], pacer);
        process.observe(values);
        const posterior = expected.at.map((x) => process.posterior(x));
        expectClose(
          posterior.map(({ mean }) => mean),
          expected.mean,
          1e-8,
        );
        expectClose(
          posterior.map(({ variance }) => variance),
          expected.variance,
          1e-8,
        );
      });
    });
  }

  it("is tuned as likely as by SciPy's L-BFGS-B from twenty starts, within the bounds", async () => {
    const { points, values, logLikelihood } = golden.mostLikely;
    const found = await mostLikely(points, values, initialHyperparameters(2), new Random(1), pacer);
    const { value } = await logMarginalLikelihood(points, values, found, pacer);
    expect(value).to.be.closeTo(logLikelihood, 0.05);
    for (const length of found.lengths) expect(length).to.be.within(...BOUNDS.length);
    expect(found.signal).to.be.within(...BOUNDS.signal);
    expect(found.noise).to.be.within(...BOUNDS.noise);
  });

  it("bears one point given many times without noise", async () => {
    const process = new GaussianProcess({ lengths: [0.3, 0.3], signal: 1, noise: 0 });
    const points = Array.from({ length: 12 }, (_, i) => (i < 8 ? [0.4, 0.4] : [i / 12, 0.1]));
    await process.extend(points, pacer);
    process.observe(points.map(([x]) => x));
    const { mean, variance } = process.posterior([0.4, 0.4]);
    expect(mean).to.be.closeTo(0.4, 1e-4);
    expect(variance).to.be.within(0, 1e-6);
  });

  it("refuses points that are not finite", async () => {
    const process = new GaussianProcess({ lengths: [0.3], signal: 1, noise: 0.1 });
    const outcome = await process.extend([[0.1], [Number.NaN]], pacer).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(RangeError);
  });
});
