import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import {
  bcaInterval,
  bootstrapDifference,
  bootstrapMean,
  bootstrapMeans,
  percentileInterval,
  resampledMeans,
} from "../../src/statistics/index.js";
import { Random } from "../../src/tensor/index.js";

interface Golden {
  shared: { x: number[]; y: number[]; level: number; indices: number[][]; percentile: number[]; bca: number[] }[];
  large: { x: number[]; y: number[]; level: number; percentile: number[]; bca: number[]; standardError: number }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/bootstrap", () => {
  for (const [i, set] of golden.shared.entries()) {
    it(`gives SciPy's intervals from SciPy's resamples, set ${i}`, () => {
      const d = set.x.map((x, s) => x - set.y[s]);
      const drawn = Float64Array.from(set.indices, (row) => row.reduce((sum, s) => sum + d[s], 0) / row.length);
      const percentile = percentileInterval(drawn, set.level);
      expect(percentile.low).to.be.closeTo(set.percentile[0], 1e-12);
      expect(percentile.high).to.be.closeTo(set.percentile[1], 1e-12);
      const bca = bcaInterval(d, drawn, set.level);
      expect(bca.low).to.be.closeTo(set.bca[0], 1e-9);
      expect(bca.high).to.be.closeTo(set.bca[1], 1e-9);
    });
  }

  for (const [i, set] of golden.large.entries()) {
    it(`meets SciPy's intervals within Monte-Carlo error from its own resamples, set ${i}`, () => {
      for (const method of ["percentile", "bca"] as const) {
        const random = new Random(3);
        const { interval, standardError } = bootstrapDifference(set.x, set.y, { random, resamples: 50_000, method });
        // The 2.5 % quantile of 50,000 draws has a standard error of about .012 of the distribution's deviation.
        expect(interval!.low).to.be.closeTo(set[method][0], 0.05 * set.standardError);
        expect(interval!.high).to.be.closeTo(set[method][1], 0.05 * set.standardError);
        expect(standardError! / set.standardError).to.be.closeTo(1, 0.02);
      }
    });
  }

  it("draws every sample equally often, several indices from one random number", () => {
    for (const n of [1, 2, 3, 500]) {
      // The mean of the indicator of sample s, over all resamples, is the part of draws that hit s.
      const hits = Array.from({ length: Math.min(n, 3) }, (_, s) =>
        Float64Array.from({ length: n }, (__, j) => +(s === j)),
      );
      const drawn = resampledMeans(hits, new Random(1), 4000);
      for (const means of drawn) {
        const part = means.reduce((sum, m) => sum + m, 0) / 4000;
        expect(part).to.be.closeTo(1 / n, 5 * Math.sqrt(1 / n / (4000 * n)) + 1e-12);
      }
    }
    // Neighbouring draws of one resample are independent: the variance of the mean is σ²/n.
    const values = Float64Array.from({ length: 100 }, (_, i) => i);
    const [means] = resampledMeans([values], new Random(2), 20_000);
    const variance = means.reduce((sum, m) => sum + (m - 49.5) ** 2, 0) / 20_000;
    expect(variance / (9999 / 12 / 100)).to.be.closeTo(1, 0.05);
  });

  it("covers the true mean about as often as it says", () => {
    const random = new Random(8);
    let covered = 0;
    for (let k = 0; k < 200; k++) {
      const values = Array.from({ length: 40 }, () => random.normal());
      const { interval } = bootstrapMean(values, { random, resamples: 400, level: 0.9 });
      if (interval!.low <= 0 && 0 <= interval!.high) covered++;
    }
    expect(covered / 200).to.be.within(0.82, 0.96);
  });

  it("pairs: what both have in common cancels", () => {
    const hardness = Array.from({ length: 60 }, (_, i) => Math.sin(i) * 10);
    const a = hardness.map((h, i) => h + 0.5 + 0.01 * Math.cos(7 * i));
    const { mean, interval, pValue } = bootstrapDifference(a, hardness, { random: new Random(4) });
    expect(mean).to.be.closeTo(0.5, 0.01);
    expect(interval!.high - interval!.low).to.be.below(0.01);
    expect(pValue).to.be.closeTo(1 / 10_001, 1e-12);
    const reversed = bootstrapDifference(hardness, a, { random: new Random(4) });
    expect(reversed.mean).to.be.closeTo(-mean, 1e-12);
  });

  it("uses the same resamples for every vector", () => {
    const a = Array.from({ length: 30 }, (_, i) => Math.cos(i));
    const b = a.map((x) => 2 * x + 1);
    const [first, second] = bootstrapMeans([a, b], { random: new Random(6), method: "percentile" });
    expect(second.interval!.low).to.be.closeTo(2 * first.interval!.low + 1, 1e-12);
    expect(bootstrapMean(a, { random: new Random(6), method: "percentile" })).to.deep.equal(first);
  });

  it("is undefined with one sample and a point with equal ones", () => {
    const one = bootstrapDifference([3], [1], { random: new Random(1) });
    expect(one).to.deep.equal({ mean: 2, interval: null, standardError: null, samples: 1, pValue: null });
    const equal = bootstrapDifference([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], { random: new Random(1) });
    expect(equal.interval).to.deep.equal({ low: 0, high: 0, level: 0.95 });
    expect(equal.pValue).to.equal(1);
    const tiny = bootstrapMean([0, 0, -1e-162], { random: new Random(1) });
    expect(tiny.interval!.low).to.be.closeTo(-1e-162, 1e-163);
  });

  it("refuses what it cannot use", () => {
    const random = new Random(1);
    expect(() => bootstrapMean([], { random })).to.throw(EspalierError, /at least one sample/);
    expect(() => bootstrapMean([1, Number.NaN], { random })).to.throw(EspalierError, /sample 1 is NaN/);
    expect(() => bootstrapDifference([1, 2], [1], { random })).to.throw(EspalierError, /2 and of 1 samples/);
    expect(() => bootstrapMean([1], { random, level: 1 })).to.throw(EspalierError, /level 1/);
    expect(() => bootstrapMean([1], { random, resamples: 0 })).to.throw(EspalierError, /0 resamples/);
  });

  it("does 10,000 resamples of 500 samples in well under 200 ms of CPU", () => {
    const random = new Random(1);
    const values = Array.from({ length: 500 }, () => random.normal());
    bootstrapMean(values, { random, resamples: 1000 });
    const start = process.cpuUsage();
    bootstrapMean(values, { random });
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).to.be.below(200);
  });
});
