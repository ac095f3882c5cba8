import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { isotonicRegression } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";

interface Case {
  readonly name: string;
  readonly values: number[];
  readonly weights: number[] | null;
  readonly fitted: number[];
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../../tests/golden/cost/isotonic.json", import.meta.url), "utf8"),
) as { cases: Case[] };

describe("cost/isotonic", () => {
  for (const { name, values, weights, fitted } of cases) {
    it(`is SciPy's: ${name}`, () => {
      const found = isotonicRegression(values, weights ?? undefined);
      expect(found).to.have.length(fitted.length);
      for (const [i, value] of found.entries()) expect(value).to.be.closeTo(fitted[i], 1e-12);
    });
  }

  it("never falls, keeps the weighted sum, and leaves what never falls as it is", () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 9, noNaN: true })),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(points, (list) => {
        const [values, weights] = [list.map(([value]) => value), list.map(([, weight]) => weight)];
        const fitted = isotonicRegression(values, weights);
        for (let i = 1; i < fitted.length; i++) expect(fitted[i]).to.be.at.least(fitted[i - 1]);
        const sum = (own: number[]) => own.reduce((total, value, i) => total + weights[i] * value, 0);
        expect(sum(fitted)).to.be.closeTo(sum(values), 1e-9);
        expect(isotonicRegression(fitted, weights)).to.deep.equal(fitted);
      }),
    );
  });

  it("takes an empty list, and refuses what is no number", () => {
    expect(isotonicRegression([])).to.deep.equal([]);
    expect(() => isotonicRegression([1, Number.NaN])).to.throw(EspalierError, /value NaN/);
    expect(() => isotonicRegression([1, 2], [1])).to.throw(EspalierError, /2 values and 1 weights/);
    expect(() => isotonicRegression([1], [0])).to.throw(EspalierError, /weight 0/);
  });
});
