import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { hypervolumeSubset, referencePoint } from "../../../../src/search/rivals/tpe/hypervolumeSubset.js";
import {
  contributionWeights,
  goodCount,
  recencyWeights,
  splitTrials,
} from "../../../../src/search/rivals/tpe/split.js";

interface Golden {
  splits: {
    values: number[][];
    count: number;
    splits: { good: number; below: number[]; above: number[] }[];
    reference: number[];
    contributions: number[];
  }[];
  subsets: { front: number[][]; count: number; chosen: number[] }[];
  recency: Record<string, number[]>;
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

describe("search/rivals/tpe/split", () => {
  it("splits trials as Optuna does, ties in rank by hypervolume", () => {
    for (const { values, count, splits } of golden.splits) {
      expect(goodCount(values.length)).to.equal(count);
      for (const { good, below, above } of splits) expect(splitTrials(values, good)).to.deep.equal({ below, above });
    }
  });

  it("weighs good trials by the hypervolume that is lost without them", () => {
    for (const { values, splits, reference, contributions } of golden.splits) {
      const good = splits[0].below.map((i) => values[i]);
      expectClose(referencePoint(good), reference);
      expectClose(contributionWeights(good), contributions);
    }
  });

  it("chooses the subset of a front that Optuna chooses, equal points included", () => {
    for (const { front, count, chosen } of golden.subsets) {
      expect(hypervolumeSubset(front, count)).to.deep.equal(chosen);
    }
  });

  it("weighs other trials by age", () => {
    for (const [n, weights] of Object.entries(golden.recency)) expectClose(recencyWeights(Number(n)), weights);
  });

  it("parts any trials in two, whatever their number and ties", () => {
    const value = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, part) => {
          const count = Math.round(part * values.length);
          const { below, above } = splitTrials(values, count);
          expect(below).to.have.length(count);
          expect([...below, ...above].sort((a, b) => a - b)).to.deep.equal(values.map((_, i) => i));
          expect(contributionWeights(below.map((i) => values[i]))).to.satisfy((weights: number[]) =>
            weights.every((weight) => weight > 0 && weight <= 1),
          );
        },
      ),
    );
  });
});
