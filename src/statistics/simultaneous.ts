/**
 * Intervals that hold for several estimates at once, so that the best of them may be picked by looking: the max-t bootstrap.
 * Every estimate gets `± factor · standard error`, with one factor for all: the level's quantile of the largest deviation, in
 * standard errors, that a resample shows anywhere. Source: Westfall & Young, Resampling-Based Multiple Testing, 1993, ch. 2.
 *
 * Unlike Holm's adjustment of resampled p-values it does not run out of resamples where estimates are many.
 */
import { quantile } from "./bootstrap.js";

/**
 * Standard error of an estimate from what each sample adds to it.
 *
 * @param influence [n], of mean 0: the estimate of a resample is about the estimate plus the resample's mean of these.
 */
export function standardErrorOf(influence: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < influence.length; i++) squares += influence[i] ** 2;
  return Math.sqrt(squares) / influence.length;
}

/**
 * Raises the largest deviations to those of one more estimate.
 *
 * @param largest [R], changed in place; begin with zeros.
 * @param drawn [R] mean of the estimate's influence in each resample, the same resamples for every estimate.
 * @param standardError as `standardErrorOf`; an estimate with 0 never deviates.
 */
export function raiseDeviations(largest: Float64Array, drawn: Float64Array, standardError: number): void {
  if (standardError === 0) return;
  for (let r = 0; r < largest.length; r++) largest[r] = Math.max(largest[r], Math.abs(drawn[r]) / standardError);
}

/**
 * How many standard errors on either side hold for all estimates at once.
 *
 * @param largest [R] largest deviation of any estimate in each resample.
 * @param level of the whole family, between 0 and 1.
 */
export function simultaneousFactor(largest: Float64Array, level: number): number {
  return quantile(Float64Array.from(largest).sort(), level);
}
