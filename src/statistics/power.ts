/**
 * How many samples a paired comparison needs, and what it can see with those it has: the two-sided t test of a mean
 * difference, in its exact form for normal differences (noncentral t); for others it holds by the central limit theorem.
 *
 * Sizes are standardised: the mean of the paired differences over their standard deviation (Cohen's d_z, `pairedEffectSize`).
 * Source: Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988, ch. 2.
 */
import { EspalierError } from "../errors.js";
import { normalQuantile } from "./normal.js";
import { studentTCritical, studentTSurvival } from "./studentT.js";

/** What a comparison is held to. */
export interface PowerOptions {
  /** Chance of seeing a difference where there is none, two-sided; default .05. */
  readonly significance?: number;
  /**
   * Comparisons that are adjusted together, default 1. The significance is divided by it: Bonferroni's adjustment, and what
   * Holm's asks of the smallest p-value, so with several true differences the power is at least this.
   */
  readonly comparisons?: number;
}

/** Samples beyond which a number of samples is no longer a plan. */
const MOST = 1e12;

/**
 * The chance that a difference of a given size is seen.
 *
 * @param effect mean difference over the differences' standard deviation; of either sign, 0 gives the significance itself.
 * @param samples whole, ≥ 2.
 * @returns 0 … 1.
 * @throws EspalierError for an effect that is not finite, or a number of samples or an option out of range.
 *
 * @example
 * pairedPower(0.5, 34); // → 0.8077
 */
export function pairedPower(effect: number, samples: number, options: PowerOptions = {}): number {
  checkEffect(effect);
  checkSamples(samples);
  return power(Math.abs(effect), samples, tailOf(options));
}

/**
 * The least number of samples with which a difference of a given size is seen with a given power.
 *
 * @param effect as `pairedPower`, other than 0.
 * @param options `power`: between 0 and 1, default .8.
 * @returns ≥ 2.
 * @throws EspalierError as `pairedPower`, for an effect of 0, and for one so small that no study could see it (more than
 *   10¹² samples).
 *
 * @example
 * samplesForPower(0.5); // → 34
 */
export function samplesForPower(effect: number, options: PowerOptions & { readonly power?: number } = {}): number {
  checkEffect(effect);
  const wanted = checkPower(options.power);
  const tail = tailOf(options);
  const size = Math.abs(effect);
  if (size === 0) {
    throw new EspalierError(
      "No number of samples shows an effect of 0; give the least standardised difference that matters.",
    );
  }
  const normal = ((normalQuantile(1 - tail) + Math.max(0, normalQuantile(wanted))) / size) ** 2;
  if (!(normal < MOST)) {
    throw new EspalierError(
      `An effect of ${effect} standard deviations needs more than ${MOST} samples; give the least difference that matters.`,
    );
  }
  // The normal approximation is nearly right: double from there, then halve the gap. Power rises with samples.
  let high = Math.max(2, Math.ceil(normal));
  while (power(size, high, tail) < wanted) high *= 2;
  let low = 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (power(size, middle, tail) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The least difference that is seen with a given power: what "not distinguishable" leaves open.
 *
 * @param samples whole, ≥ 2.
 * @param options `power`: above the significance and below 1, default .8.
 * @returns in standard deviations of the differences, to nine digits.
 * @throws EspalierError as `pairedPower`, and for a power that no difference at all reaches already.
 *
 * @example
 * detectableEffect(64); // → 0.3556
 */
export function detectableEffect(samples: number, options: PowerOptions & { readonly power?: number } = {}): number {
  checkSamples(samples);
  const wanted = checkPower(options.power);
  const tail = tailOf(options);
  if (wanted <= 2 * tail) {
    throw new EspalierError(
      `A power of ${wanted} is reached without any difference at a significance of ${2 * tail}; give a larger one, such as 0.8.`,
    );
  }
  let [low, high] = [0, 1 / Math.sqrt(samples)];
  while (power(high, samples, tail) < wanted) [low, high] = [high, 2 * high];
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (power(middle, samples, tail) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** @param size ≥ 0. @param tail half of the significance of one comparison. */
function power(size: number, samples: number, tail: number): number {
  const noncentrality = size * Math.sqrt(samples);
  const critical = studentTCritical(tail, samples - 1);
  return Math.min(
    1,
    studentTSurvival(critical, samples - 1, noncentrality) + studentTSurvival(critical, samples - 1, -noncentrality),
  );
}

function tailOf({ significance = 0.05, comparisons = 1 }: PowerOptions): number {
  if (!(significance > 0 && significance < 1)) {
    throw new EspalierError(`The significance is ${significance}; give a number between 0 and 1, such as 0.05.`);
  }
  if (!(Number.isSafeInteger(comparisons) && comparisons >= 1)) {
    throw new EspalierError(`The number of comparisons is ${comparisons}; give a whole number from 1 up.`);
  }
  return significance / comparisons / 2;
}

function checkEffect(effect: number): void {
  if (!Number.isFinite(effect)) {
    throw new EspalierError(
      `The effect is ${effect}; give the mean of the paired differences over their standard deviation, a finite number.`,
    );
  }
}

function checkSamples(samples: number): void {
  if (!(Number.isSafeInteger(samples) && samples >= 2)) {
    throw new EspalierError(
      `The number of samples is ${samples}; a spread needs two of them at least, so give a whole number from 2 up.`,
    );
  }
}

function checkPower(wanted = 0.8): number {
  if (!(wanted > 0 && wanted < 1)) {
    throw new EspalierError(`The power is ${wanted}; give a number between 0 and 1, such as 0.8.`);
  }
  return wanted;
}
