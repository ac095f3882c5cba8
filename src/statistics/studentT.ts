/** Student's t distribution, central and noncentral, in float64. */
import { normalCdf } from "./normal.js";

/** Logarithm of the least weight, of the largest, that the integral keeps. */
const SMALLEST = -45;
/** Degrees of freedom from which the estimated deviation is as good as the true one, to nine digits. */
const NORMAL_FROM = 1e9;
/** Keeps absurd noncentralities affordable: there the bend lies where hardly any weight is. */
const MOST_STEPS = 20_000;

/**
 * P(T > t) for T = (Z + δ)/S, with Z standard normal and S² an independent χ² over its degrees of freedom.
 *
 * Φ(δ − t·s) is integrated over s by the trapezoidal rule in log s, where the integrand is analytic and vanishes at both ends,
 * so that the error falls exponentially with the step; about 1e-13. Source of the rule: Trefethen & Weideman, "The
 * exponentially convergent trapezoidal rule", SIAM Review 2014.
 *
 * @param t finite. @param degrees of freedom, above 0. @param noncentrality δ, finite; default 0, Student's own t.
 */
export function studentTSurvival(t: number, degrees: number, noncentrality = 0): number {
  if (degrees >= NORMAL_FROM) return normalCdf(noncentrality - t);
  // Density of u = log s, up to a constant: exp(ν·(u − (e^{2u} − 1)/2)), highest at u = 0.
  const weight = (u: number): number => degrees * (u - Math.expm1(2 * u) / 2);
  const low = edge(weight, -1 / Math.sqrt(degrees));
  const high = edge(weight, 1 / Math.sqrt(degrees));
  // Fine enough for the density, and for the bend of Φ where t·s passes δ.
  const finest = (high - low) / MOST_STEPS;
  const step = Math.max(finest, Math.min(0.25 / Math.sqrt(degrees), 0.25 / (1 + Math.abs(noncentrality)), 0.1));
  let sum = 0;
  let total = 0;
  for (let k = Math.floor(low / step); k <= high / step; k++) {
    const u = k * step;
    const density = Math.exp(weight(u));
    total += density;
    sum += density * normalCdf(noncentrality - t * Math.exp(u));
  }
  return sum / total;
}

/** Where the weight has fallen to `SMALLEST`, or a little beyond. */
function edge(weight: (u: number) => number, start: number): number {
  let u = start;
  while (weight(u) > SMALLEST) u *= 1.25;
  return u;
}

/**
 * The t that Student's T exceeds with a given probability.
 *
 * @param tail above 0, at most ½. @param degrees of freedom, above 0.
 * @returns ≥ 0.
 */
export function studentTCritical(tail: number, degrees: number): number {
  if (tail >= 0.5) return 0;
  let [low, high] = [0, 1];
  while (studentTSurvival(high, degrees) > tail) [low, high] = [high, 2 * high];
  // Bisection to the last bits: the tail falls steadily.
  for (let k = 0; k < 60 && high - low > 1e-14 * high; k++) {
    const middle = (low + high) / 2;
    if (studentTSurvival(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
