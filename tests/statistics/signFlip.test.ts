import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { bootstrapDifference, holm, signFlipTest } from "../../src/statistics/index.js";
import { Random } from "../../src/tensor/index.js";

interface Golden {
  signFlips: { kind: string; exact: boolean; differences: number[]; p: number }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const { signFlips } = JSON.parse(readFileSync(file, "utf8")) as Golden;

/** Most differences are none, and a few carry the mean, as divergences mostly are. */
function sparse(random: Random, samples: number): number[] {
  return Array.from({ length: samples }, () => (random.uniform() < 0.06 ? Math.exp(1.5 * random.normal()) : 0.001));
}

describe("statistics/signFlip", () => {
  for (const { kind, exact, differences, p } of signFlips) {
    it(`gives SciPy's p-value, ${differences.length} ${kind} differences`, () => {
      const own = signFlipTest(differences, { random: new Random(3), resamples: exact ? 10_000 : 200_000 });
      // 200,000 draws have a standard error of √(p(1 − p)/200,000), SciPy's 1,000,000 less than half of that.
      expect(own).to.be.closeTo(p, exact ? 1e-12 : 5 * Math.sqrt((p * (1 - p)) / 150_000));
    });
  }

  it("does not depend on the differences' unit, sign or order, where all choices of signs are taken", () => {
    fc.assert(
      fc.property(
        fc.array(
          // Numbers so small that another unit would round them are no differences.
          fc.double({ min: -10, max: 10, noNaN: true }).map((value) => (Math.abs(value) < 1e-200 ? 0 : value)),
          { minLength: 2, maxLength: 10 },
        ),
        fc.constantFrom(-1, 2 ** -20, 2 ** 30),
        fc.integer(),
        (differences, unit, seed) => {
          const p = signFlipTest(differences, { random: new Random(0) });
          const other = new Random(seed).shuffle(differences.map((difference) => difference * unit));
          expect(signFlipTest(other, { random: new Random(1) })).to.equal(p);
          const others = differences.filter((difference) => difference !== 0).length;
          expect(p).to.be.at.least(Math.min(1, 2 ** (1 - others)) - 1e-12);
        },
      ),
    );
  });

  it("is as good with random signs as with all of them", () => {
    const random = new Random(5);
    for (let trial = 0; trial < 20; trial++) {
      const differences = Array.from({ length: 12 }, () => 0.4 + random.normal());
      const all = signFlipTest(differences, { random, resamples: 4096 })!;
      // 4,095 flips are too few for all 4,096 choices, so they are drawn.
      const drawn = signFlipTest(differences, { random, resamples: 4095 })!;
      expect(drawn).to.be.closeTo(all, 5 * Math.sqrt((all * (1 - all)) / 4095) + 1 / 4096);
    }
  });

  it("rejects true nulls as often as it says where a few samples carry the mean, alone and in families", () => {
    const random = new Random(11);
    const differences = sparse(random, 160);
    const families = 300;
    const level = 0.05;
    let single = 0;
    let corrected = 0;
    for (let family = 0; family < families; family++) {
      const pValues = Array.from({ length: 5 }, () => {
        const flipped = differences.map((difference) => (random.uniform() < 0.5 ? difference : -difference));
        return signFlipTest(flipped, { random, resamples: 999 })!;
      });
      single += pValues.filter((p) => p <= level).length;
      if (holm(pValues).some((p) => p <= level)) corrected++;
    }
    // Standard errors of .006 and .013.
    expect(single / (5 * families)).to.be.within(0.035, 0.065);
    expect(corrected / families).to.be.below(0.05 + 3 * 0.0126);
  });

  it("rejects true nulls of skewed differences little more often than it says, and less often than intervals do", () => {
    const random = new Random(1);
    const lognormal = (spread: number) => Math.exp(spread * random.normal());
    const mean = 0.5 * Math.exp((0.7 ** 2 + 0.5 ** 2) / 2);
    const trials = 1500;
    let rejected = 0;
    let without0 = 0;
    for (let trial = 0; trial < trials; trial++) {
      const pairs = Array.from({ length: 64 }, () => {
        const difficulty = lognormal(0.7);
        return [1.5 * difficulty * lognormal(0.5) - mean, difficulty * lognormal(0.5)];
      });
      const [a, b] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
      const { pValue, interval } = bootstrapDifference(a, b, { random, resamples: 999 });
      if (pValue! <= 0.05) rejected++;
      if (interval!.low > 0 || interval!.high < 0) without0++;
    }
    // A standard error of .006.
    expect(rejected / trials).to.be.within(0.04, 0.08);
    expect(rejected).to.be.below(without0);
  });

  it("sees a difference about as often as a t test where differences are normal", () => {
    const random = new Random(2);
    let seen = 0;
    const trials = 500;
    for (let trial = 0; trial < trials; trial++) {
      const differences = Array.from({ length: 34 }, () => 0.5 + random.normal());
      if (signFlipTest(differences, { random, resamples: 999 })! < 0.05) seen++;
    }
    // 34 pairs see half a deviation with a power of .807 (statsmodels); three standard errors of 500 trials are .053.
    expect(seen / trials).to.be.within(0.75, 0.87);
  });

  it("is the p-value of a paired difference, whose interval is the bootstrap's", () => {
    const a = [0.2, 0.4, 0.1, 0.9, 0.4];
    const { pValue, interval } = bootstrapDifference(a, [0.1, 0.1, 0, 0.2, 0.3], { random: new Random(1) });
    expect(pValue).to.equal(2 / 2 ** 5);
    expect(interval!.low).to.be.above(0);
  });

  it("says nothing of one sample, and 1 of no difference", () => {
    expect(signFlipTest([0.3], { random: new Random(1) })).to.equal(null);
    for (const samples of [2, 12, 13, 14, 100]) {
      expect(signFlipTest(new Float32Array(samples), { random: new Random(1) })).to.equal(1);
    }
  });

  it("refuses no samples, numbers that are not finite, and flips that are no number", () => {
    const random = new Random(1);
    expect(() => signFlipTest([], { random })).to.throw(EspalierError, "at least one sample");
    expect(() => signFlipTest([1, Number.NaN], { random })).to.throw(EspalierError, "sample 1 is NaN");
    for (const resamples of [0, 1.5, Number.NaN]) {
      expect(() => signFlipTest([1, 2], { random, resamples })).to.throw(EspalierError, `asked for ${resamples} flips`);
    }
  });
});
