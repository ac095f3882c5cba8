/**
 * The Cholesky factor of a symmetric positive definite matrix that grows row by row, in float64.
 *
 * K = L·Lᵀ. A further row and column of K add one row to L and leave the others as they are, so an observation more costs O(n²)
 * and only a change of the kernel costs O(n³). Source: Golub and Van Loan, Matrix Computations, §4.2.
 */
import type { Pacer } from "../../../tensor/index.js";

export class Cholesky {
  /** Rows of L without the zeros: row i begins at i(i + 1)/2. */
  #lower = new Float64Array(64);
  #size = 0;

  /** n, the rows so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a row of K.
   *
   * @param row [n + 1]: the new row up to its diagonal.
   * @returns false, and nothing is added, when K would not be positive definite within rounding.
   */
  append(row: ArrayLike<number>): boolean {
    const n = this.#size;
    this.#reserve(n + 1);
    const lower = this.#lower;
    const start = (n * (n + 1)) / 2;
    let pivot = row[n];
    for (let j = 0; j < n; j++) {
      const other = (j * (j + 1)) / 2;
      let rest = row[j];
      for (let m = 0; m < j; m++) rest -= lower[start + m] * lower[other + m];
      rest /= lower[other + j];
      lower[start + j] = rest;
      pivot -= rest * rest;
    }
    if (!(pivot > row[n] * 1e-14)) return false;
    lower[start + n] = Math.sqrt(pivot);
    this.#size = n + 1;
    return true;
  }

  /** log |K| */
  get logDeterminant(): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) sum += Math.log(this.#lower[(i * (i + 3)) / 2]);
    return 2 * sum;
  }

  /** The v [n] with L·v = b. @param b [n] */
  solveLower(b: ArrayLike<number>): Float64Array {
    const v = new Float64Array(this.#size);
    for (let i = 0; i < v.length; i++) {
      const start = (i * (i + 1)) / 2;
      let rest = b[i];
      for (let m = 0; m < i; m++) rest -= this.#lower[start + m] * v[m];
      v[i] = rest / this.#lower[start + i];
    }
    return v;
  }

  /** The x [n] with K·x = b. @param b [n] */
  solve(b: ArrayLike<number>): Float64Array {
    const x = this.solveLower(b);
    for (let i = x.length - 1; i >= 0; i--) {
      const start = (i * (i + 1)) / 2;
      x[i] /= this.#lower[start + i];
      for (let m = 0; m < i; m++) x[m] -= this.#lower[start + m] * x[i];
    }
    return x;
  }

  /**
   * K⁻¹, its rows up to the diagonal as `lower` keeps them: entry (i, j ≤ i) at i(i + 1)/2 + j. O(n³).
   *
   * @throws Stopped.
   */
  async inverse(pacer: Pacer): Promise<Float64Array> {
    const n = this.#size;
    const lower = this.#lower;
    // Columns of L⁻¹ from their diagonal down; column j is [n − j].
    const columns: Float64Array[] = [];
    for (let j = 0; j < n; j++) {
      await pacer.pause();
      const column = new Float64Array(n - j);
      column[0] = 1 / lower[(j * (j + 3)) / 2];
      for (let i = j + 1; i < n; i++) {
        const start = (i * (i + 1)) / 2;
        let rest = 0;
        for (let m = j; m < i; m++) rest -= lower[start + m] * column[m - j];
        column[i - j] = rest / lower[start + i];
      }
      columns.push(column);
    }
    const inverse = new Float64Array((n * (n + 1)) / 2);
    for (let i = 0, at = 0; i < n; i++) {
      await pacer.pause();
      const own = columns[i];
      for (let j = 0; j <= i; j++, at++) {
        const other = columns[j];
        let sum = 0;
        for (let m = 0; m < own.length; m++) sum += own[m] * other[m + i - j];
        inverse[at] = sum;
      }
    }
    return inverse;
  }

  #reserve(rows: number): void {
    const wanted = (rows * (rows + 1)) / 2;
    if (wanted <= this.#lower.length) return;
    const grown = new Float64Array(Math.max(wanted, 2 * this.#lower.length));
    grown.set(this.#lower);
    this.#lower = grown;
  }
}
