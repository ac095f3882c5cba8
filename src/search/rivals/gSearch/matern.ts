/**
 * The Matérn covariance of smoothness 5/2 with a length for each coordinate (automatic relevance determination).
 * Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 4.17.
 */

/** What a Gaussian process is tuned by; all above 0. */
export interface Hyperparameters {
  /** [D]: how far a coordinate goes before the function is another one, in widths of the cube. */
  readonly lengths: readonly number[];
  /** Variance of the function. */
  readonly signal: number;
  /** Variance of what is measured around the function. */
  readonly noise: number;
}

const SQRT5 = Math.sqrt(5);

/** Covariance of the function at two points [D]: s²·(1 + √5·r + 5r²/3)·exp(−√5·r), with r their distance in lengths. */
export function matern52(a: ArrayLike<number>, b: ArrayLike<number>, { lengths, signal }: Hyperparameters): number {
  let squared = 0;
  for (let d = 0; d < lengths.length; d++) squared += ((a[d] - b[d]) / lengths[d]) ** 2;
  const r = SQRT5 * Math.sqrt(squared);
  return signal * (1 + r + (r * r) / 3) * Math.exp(-r);
}

/** Covariances of one point with many, [n]. */
export function covariances(
  point: ArrayLike<number>,
  points: readonly ArrayLike<number>[],
  hyperparameters: Hyperparameters,
): Float64Array {
  return Float64Array.from(points, (other) => matern52(point, other, hyperparameters));
}

/**
 * Adds weight × ∂k(a, b)/∂log length to a gradient: 5/3·s²·(1 + √5·r)·exp(−√5·r)·(Δ_d/ℓ_d)² for each coordinate.
 *
 * @param gradient [≥ D], its first D entries are added to.
 */
export function addLengthGradient(
  gradient: Float64Array,
  weight: number,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { lengths, signal }: Hyperparameters,
): void {
  let squared = 0;
  for (let d = 0; d < lengths.length; d++) squared += ((a[d] - b[d]) / lengths[d]) ** 2;
  const r = SQRT5 * Math.sqrt(squared);
  const slope = weight * (5 / 3) * signal * (1 + r) * Math.exp(-r);
  for (let d = 0; d < lengths.length; d++) gradient[d] += slope * ((a[d] - b[d]) / lengths[d]) ** 2;
}
