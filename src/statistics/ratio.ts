/**
 * Ratios of two means over the same samples: what one thing changes per unit of another. A resample draws both together, so
 * the ratio of a resample is that of its own two means. Source: Efron & Tibshirani, An Introduction to the Bootstrap, ch. 14.
 *
 * A sample that has no part in a ratio has 0 in both vectors: it changes neither mean's share in the ratio, and stays in the
 * draw that other quantities share.
 */
import { bcaFromInfluence, type Interval, percentileInterval } from "./bootstrap.js";

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

/** Mean of the numerators over mean of the denominators; NaN where both are 0. */
export function ratioOfMeans(numerators: ArrayLike<number>, denominators: ArrayLike<number>): number {
  return sumOf(numerators) / sumOf(denominators);
}

/**
 * Ratios in each resample, from the means of both vectors in it.
 *
 * @param numerators, denominators means of the same resamples, [R] each, as `resampledMeans` gives them.
 * @returns in order; resamples whose denominator is 0, which drew no sample with a part in the ratio, are left out.
 */
export function resampledRatios(numerators: Float64Array, denominators: Float64Array): Float64Array {
  return numerators.map((mean, r) => mean / denominators[r]).filter((_, r) => denominators[r] !== 0);
}

/**
 * Bias-corrected and accelerated interval of a ratio of means; the acceleration comes from the jackknife.
 *
 * @param numerators, denominators one number per sample; denominators of one sign or 0, at least two of them not 0.
 * @param drawn ratios of the resamples (`resampledRatios`).
 * @returns the percentile interval where the correction does not exist (`bcaFromInfluence`).
 */
export function bcaRatioInterval(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  drawn: Float64Array,
  level: number,
): Interval {
  const [numerator, denominator] = [sumOf(numerators), sumOf(denominators)];
  const without = Float64Array.from(numerators, (value, i) => (numerator - value) / (denominator - denominators[i]));
  if (!without.every(Number.isFinite)) return percentileInterval(drawn, level);
  const centre = sumOf(without) / without.length;
  const influence = without.map((ratio) => centre - ratio);
  return bcaFromInfluence(numerator / denominator, influence, drawn, level);
}

/**
 * What each sample adds to a ratio of means, to first order: the ratio of a resample is about the ratio itself plus the mean
 * of these over the resample.
 *
 * @returns [n], of mean 0; 0 for a sample that has no part in the ratio.
 */
export function ratioInfluence(numerators: ArrayLike<number>, denominators: ArrayLike<number>): Float64Array {
  const ratio = ratioOfMeans(numerators, denominators);
  const denominator = sumOf(denominators) / denominators.length;
  return Float64Array.from(numerators, (value, i) => (value - ratio * denominators[i]) / denominator);
}
