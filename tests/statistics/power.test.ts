import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { detectableEffect, pairedPower, samplesForPower } from "../../src/statistics/index.js";
import { Random } from "../../src/tensor/index.js";

interface Case {
  effect: number;
  samples: number;
  significance: number;
  comparisons: number;
  power: number;
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as {
  power: { power: Case[]; needed: Case[]; detectable: Case[] };
};

describe("statistics/power", () => {
  it("agrees with statsmodels", () => {
    for (const { effect, samples, significance, comparisons, power } of golden.power.power) {
      expect(pairedPower(effect, samples, { significance, comparisons })).to.be.closeTo(power, 1e-9);
    }
    for (const { effect, samples, significance, comparisons, power } of golden.power.needed) {
      expect(samplesForPower(effect, { significance, comparisons, power })).to.equal(samples);
      expect(samplesForPower(-effect, { significance, comparisons, power })).to.equal(samples);
    }
    for (const { effect, samples, significance, comparisons, power } of golden.power.detectable) {
      expect(detectableEffect(samples, { significance, comparisons, power })).to.be.closeTo(effect, 1e-8);
    }
  });

  it("rises with the effect and the samples, falls with the comparisons, and is inverted by the other two", () => {
    const effects = fc.double({ min: 0.05, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        effects,
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        (effect, n, comparisons) => {
          const power = pairedPower(effect, n, { comparisons });
          expect(pairedPower(effect * 1.1, n, { comparisons })).to.be.at.least(power);
          expect(pairedPower(effect, n + 1, { comparisons })).to.be.at.least(power);
          expect(pairedPower(effect, n, { comparisons: comparisons + 1 })).to.be.at.most(power);
          if (power < 0.001 || power > 0.999) return;
          expect(samplesForPower(effect, { comparisons, power: power * (1 - 1e-9) })).to.be.at.most(n);
          expect(samplesForPower(effect, { comparisons, power: power * (1 + 1e-9) })).to.be.at.least(n);
          if (power > 0.1) expect(detectableEffect(n, { comparisons, power })).to.be.closeTo(effect, 1e-6 * effect);
        },
      ),
      { numRuns: 25, seed: 2 },
    );
  });

  it("is how often a test of normal differences rejects", () => {
    const random = new Random(4);
    const [n, effect, trials] = [12, 0.8, 4000];
    // 2.2009851600916384 is the two-sided 5 % point of t with 11 degrees.
    let seen = 0;
    for (let k = 0; k < trials; k++) {
      const d = Array.from({ length: n }, () => effect + random.normal());
      const mean = d.reduce((a, b) => a + b) / n;
      const s = Math.sqrt(d.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
      if (Math.abs(mean) * Math.sqrt(n) > 2.2009851600916384 * s) seen++;
    }
    expect(seen / trials).to.be.closeTo(pairedPower(effect, n), 0.025);
  });

  it("refuses in one sentence what makes no sense", () => {
    const refused: [() => number, RegExp][] = [
      [() => pairedPower(Number.NaN, 10), /effect is NaN/],
      [() => pairedPower(0.5, 1), /number of samples is 1;/],
      [() => pairedPower(0.5, 10.5), /number of samples is 10.5/],
      [() => pairedPower(0.5, 10, { significance: 0 }), /significance is 0;/],
      [() => pairedPower(0.5, 10, { comparisons: 0 }), /comparisons is 0;/],
      [() => samplesForPower(0), /effect of 0/],
      [() => samplesForPower(1e-9), /effect of 1e-9/],
      [() => samplesForPower(0.5, { power: 1 }), /power is 1;/],
      [() => detectableEffect(10, { power: 0.05 }), /power of 0.05/],
    ];
    for (const [call, message] of refused) expect(call).to.throw(EspalierError, message);
  });
});
