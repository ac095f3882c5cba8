/**
 * The paired sign-flip test: how often a mean difference would come out as far from 0 if each sample's sign were a coin's.
 *
 * Where neither side is better and a difference is as likely as its negative, every choice of signs is equally likely and the
 * p-value is exact, however few samples carry the mean: k differences other than 0 never give less than 2^(1−k). For skewed
 * differences it holds in the limit of many samples: with 64 log-normal ones of log-deviation .7, .06 of true nulls fall below
 * .05, where .10 of BCa intervals leave out 0 (`tests/statistics/signFlip.test.ts`). A mean and its Studentised form give the same test, since flips leave
 * the sum of squares as it is. Source: METHOD §9; Fisher, The Design of Experiments (1935), section 21.
 */
import { EspalierError } from "../errors.js";
import type { Random } from "../tensor/index.js";

/** How a sign-flip test is carried out. */
export interface SignFlipOptions {
  /** Where the signs come from; the same state gives the same p-value. */
  readonly random: Random;
  /** Number of random flips, default 10,000; where all 2ⁿ choices of signs are no more than that, each is taken once. */
  readonly resamples?: number;
}

/**
 * Two-sided p-value of "the differences are as often above 0 as below".
 *
 * @param differences one number per sample.
 * @returns in (0, 1]: the part of all choices of signs whose mean is at least as far from 0; of random ones, with the choice
 *   at hand counted among them, so at least 1/(resamples + 1). 1 when all differences are 0, null for a single sample.
 * @throws EspalierError when there is no sample, a value is not finite, or `resamples` is no whole number ≥ 1.
 *
 * @example
 * signFlipTest([0.3, 0.1, 0.4, 0.2, 0.5], { random: new Random(1) }); // → 0.0625
 */
export function signFlipTest(differences: ArrayLike<number>, options: SignFlipOptions): number | null {
  const { random, resamples = 10_000 } = options;
  if (!(Number.isSafeInteger(resamples) && resamples >= 1)) {
    throw new EspalierError(`The sign-flip test was asked for ${resamples} flips; give a whole number ≥ 1.`);
  }
  const n = differences.length;
  if (n === 0)
    throw new EspalierError("The sign-flip test needs at least one sample; the list of differences is empty.");
  for (let i = 0; i < n; i++) {
    if (Number.isFinite(differences[i])) continue;
    throw new EspalierError(
      `The difference of sample ${i} is ${differences[i]}; a test needs finite numbers, so leave that sample out of both sides.`,
    );
  }
  if (n === 1) return null;
  if (flipsAreFew(n, resamples)) return exactSignFlip(differences);
  return flippedPValue(farFlips([differences], random, resamples)[0], resamples);
}

/** Whether each of the 2ⁿ choices of signs can be taken once instead of `resamples` random ones. */
export function flipsAreFew(samples: number, resamples: number): boolean {
  return samples <= Math.log2(resamples);
}

/** The part of all 2ⁿ choices of signs whose mean is at least as far from 0. @param differences n ≤ 30, finite. */
export function exactSignFlip(differences: ArrayLike<number>): number {
  const n = differences.length;
  const least = leastFar(differences);
  let far = 0;
  // The last sign stays: a choice and its opposite are equally far.
  const choices = 2 ** (n - 1);
  for (let choice = 0; choice < choices; choice++) {
    let sum = differences[n - 1];
    for (let i = 0; i < n - 1; i++) sum += (choice >> i) & 1 ? -differences[i] : differences[i];
    if (Math.abs(sum) >= least) far++;
  }
  return far / choices;
}

/**
 * Of a number of random choices of signs, the same for every vector, how many leave each mean at least as far from 0.
 * Takes flips × vectors × n steps and no memory to speak of, so that a long test can be done in pieces.
 *
 * @param vectors differences, all of one length n ≥ 1, finite.
 */
export function farFlips(vectors: readonly ArrayLike<number>[], random: Random, flips: number): number[] {
  const n = vectors.length === 0 ? 0 : vectors[0].length;
  const typed = vectors.map((values) => Float64Array.from(values));
  const least = typed.map(leastFar);
  const far = vectors.map(() => 0);
  const signs = new Int8Array(n);
  for (let flip = 0; flip < flips; flip++) {
    for (let i = 0; i < n; ) {
      let bits = Math.floor(random.uniform() * 2 ** 32) >>> 0;
      for (let k = 0; k < 32 && i < n; k++) {
        signs[i++] = bits & 1 ? -1 : 1;
        bits >>>= 1;
      }
    }
    for (let v = 0; v < typed.length; v++) {
      const values = typed[v];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += signs[i] * values[i];
      if (Math.abs(sum) >= least[v]) far[v]++;
    }
  }
  return far;
}

/** The p-value of `farFlips`, the choice at hand counted among them. Source: Phipson and Smyth (2010), eq. 2. */
export function flippedPValue(far: number, flips: number): number {
  return (far + 1) / (flips + 1);
}

/** The sum from which a flip counts as far: the sum at hand, less what rounding may take from an equal one. */
function leastFar(differences: ArrayLike<number>): number {
  let sum = 0;
  let absolute = 0;
  for (let i = 0; i < differences.length; i++) {
    sum += differences[i];
    absolute += Math.abs(differences[i]);
  }
  return Math.abs(sum) - differences.length * Number.EPSILON * absolute;
}
