/** The standard normal distribution in float64. */

const SQRT_2PI = Math.sqrt(2 * Math.PI);

/**
 * Φ(x), the probability below x.
 *
 * Marsaglia's series ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …) near the middle, Laplace's continued fraction in the tails; relative
 * error below 1e-12. Source: Marsaglia, "Evaluating the normal distribution", 2004.
 */
export function normalCdf(x: number): number {
  const density = Math.exp((-x * x) / 2) / SQRT_2PI;
  if (Math.abs(x) > 4) {
    let fraction = Math.abs(x);
    for (let k = 60; k > 0; k--) fraction = Math.abs(x) + k / fraction;
    return x < 0 ? density / fraction : 1 - density / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/**
 * Φ⁻¹(p): ±Infinity at 0 and 1, NaN outside.
 *
 * Acklam's rational approximation (relative error 1e-9) and one step of Halley's method on Φ.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // The lower half only: there 1 − Φ cannot cancel.
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = approximateQuantile(p);
  const error = ((normalCdf(x) - p) * SQRT_2PI) / Math.exp((-x * x) / 2);
  return x - error / (1 + (x * error) / 2);
}

/** For 0 < p ≤ ½. */
function approximateQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    const c = [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968];
    const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    return (horner(c, q) * q + 2.938163982698783) / (horner(d, q) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  const a = [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1];
  const b = [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
  ];
  return ((horner(a, r) * r + 2.506628277459239) * q) / (horner(b, r) * r + 1);
}

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, c) => sum * x + c, 0);
}
