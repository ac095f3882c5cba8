import { expect } from "chai";
import fc from "fast-check";
import { Cholesky } from "../../../../src/search/rivals/gSearch/cholesky.js";
import { Pacer, Random } from "../../../../src/tensor/index.js";

/** B·Bᵀ + I for a random B. */
function positiveDefinite(n: number, seed: number): number[][] {
  const random = new Random(seed);
  const b = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()));
  return b.map((row, i) => b.map((other, j) => row.reduce((sum, x, m) => sum + x * other[m], i === j ? 1 : 0)));
}

function factorOf(matrix: readonly (readonly number[])[]): Cholesky {
  const factor = new Cholesky();
  matrix.forEach((row, i) => {
    expect(factor.append(row.slice(0, i + 1))).to.equal(true);
  });
  return factor;
}

describe("search/rivals/gSearch/cholesky", () => {
  it("solves, inverts and has the determinant of any positive definite matrix", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 25 }), fc.integer(), async (n, seed) => {
        const matrix = positiveDefinite(n, seed);
        const factor = factorOf(matrix);
        expect(factor.size).to.equal(n);
        const x = Array.from({ length: n }, (_, i) => Math.sin(i));
        const b = matrix.map((row) => row.reduce((sum, k, j) => sum + k * x[j], 0));
        factor.solve(b).forEach((value, i) => {
          expect(value).to.be.closeTo(x[i], 1e-8);
        });
        // |v|² = bᵀ·K⁻¹·b where L·v = b.
        const squared = factor.solveLower(b).reduce((sum, v) => sum + v * v, 0);
        const form = b.reduce((sum, value, i) => sum + value * x[i], 0);
        expect(squared).to.be.closeTo(form, 1e-8 * (1 + form));
        const inverse = await factor.inverse(new Pacer());
        for (let i = 0, at = 0; i < n; i++) {
          const unit = Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0));
          const column = factor.solve(unit);
          for (let j = 0; j <= i; j++, at++) expect(inverse[at]).to.be.closeTo(column[j], 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has the determinant of matrices that can be told by hand", () => {
    const factor = factorOf([
      [4, 2],
      [2, 3],
    ]);
    expect(factor.logDeterminant).to.be.closeTo(Math.log(8), 1e-12);
    expect(new Cholesky().logDeterminant).to.equal(0);
  });

  it("refuses a row that leaves nothing of the diagonal, and stays as it was", () => {
    const factor = factorOf([[4]]);
    expect(factor.append([2, 1])).to.equal(false);
    expect(factor.append([2, Number.NaN])).to.equal(false);
    expect(factor.size).to.equal(1);
    expect(factor.append([2, 3])).to.equal(true);
    expect(factor.logDeterminant).to.be.closeTo(Math.log(8), 1e-12);
  });
});
