import { expect } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { countsFromShares, sharesFromCounts, validateCounts, validateShares } from "../../src/schedules/index.js";

/** Non-increasing shares that begin with 1. */
const shares = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 0, maxLength: 40 })
  .map((tail) => [1, ...tail.sort((a, b) => b - a)]);

describe("schedules/schedule", () => {
  it("accepts every non-increasing schedule that begins with 1", () => {
    fc.assert(fc.property(shares, (r) => validateShares(r, r.length)));
  });

  const refused: [string, number[], number, RegExp][] = [
    ["a rise", [1, 0.4, 0.5], 3, /My schedule rises at layer 2, from 0.4 to 0.5/],
    ["a value above 1", [1, 1.1], 2, /share 1.1 at layer 1; a share is a number from 0 to 1/],
    ["a value below 0", [1, -0.1], 2, /share -0.1 at layer 1/],
    ["NaN", [1, Number.NaN], 2, /share NaN at layer 1/],
    ["a wrong length", [1, 0.5], 3, /has 2 shares and the model has 3 decoder layers/],
    ["another first share", [0.9, 0.5], 2, /the first share must be 1/],
  ];
  for (const [what, values, layers, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => validateShares(values, layers, "My schedule")).to.throw(EspalierError, message);
    });
  }

  it("refuses counts that rise, are not whole, or do not begin with V", () => {
    expect(() => validateCounts([64, 8, 9], 3)).to.throw(EspalierError, /rises at layer 2, from 8 to 9 tokens/);
    expect(() => validateCounts([64, 8.5], 2)).to.throw(EspalierError, /count 8.5 at layer 1/);
    expect(() => validateCounts([64, -1], 2)).to.throw(EspalierError, /count -1/);
    expect(() => validateCounts([64, 8], 2, 60)).to.throw(EspalierError, /begins with 64 tokens and the sample has 60/);
    expect(() => validateCounts([64], 2)).to.throw(EspalierError, /has 1 counts/);
    validateCounts([64, 8, 0], 3, 64);
  });

  it("rounds half a token up, in float64", () => {
    expect(countsFromShares([1, 0.5, 0.49999999, 0.1, 0], 5)).to.deep.equal([5, 3, 2, 1, 0]);
    // 0.07·150 is 10.500000000000002 in float64 and 10.5 minus a little in float32: the reference is float64.
    expect(countsFromShares([1, 0.07], 150)).to.deep.equal([150, 11]);
    expect(countsFromShares([1, 0.3, 0.3], 0)).to.deep.equal([0, 0, 0]);
  });

  it("flattens what rounding noise would let rise", () => {
    expect(countsFromShares([1, 0.05 - 1e-8, 0.05], 10)).to.deep.equal([10, 0, 0]);
    expect(countsFromShares([1 + 1e-7, 1, -1e-8], 10_000_000)).to.deep.equal([10_000_000, 10_000_000, 0]);
  });

  it("gives counts back from the shares they stand for", () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 0, max: 20_000 }), (r, visual) => {
        const counts = countsFromShares(r, visual);
        validateCounts(counts, r.length, visual);
        const back = sharesFromCounts(counts, visual);
        validateShares(back, r.length);
        expect(countsFromShares(back, visual)).to.deep.equal(counts);
      }),
    );
  });
});
