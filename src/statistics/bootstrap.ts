/**
 * Paired bootstrap over samples: intervals for means and for differences of means.
 *
 * The sample (a picture with its question) is the unit that is drawn, always for every compared quantity at once, so that what
 * makes a sample hard cancels in a difference. Source: METHOD §9; Efron & Tibshirani, An Introduction to the Bootstrap, ch. 14.
 *
 * With 64 or 128 samples a 95 % BCa interval holds the true difference 93 to 94 times of 100 where differences are normal or
 * moderately skewed, and 91 to 92 times where divergences are log-normal with a log-deviation of .7
 * (`tests/statistics/coverage.test.ts`).
 */
import { EspalierError } from "../errors.js";
import type { Random } from "../tensor/index.js";
import { normalCdf, normalQuantile } from "./normal.js";
import { signFlipTest } from "./signFlip.js";

/** How the resamples are drawn and read. */
export interface BootstrapOptions {
  /** Where the draws come from; the same state gives the same interval. */
  readonly random: Random;
  /** Number of resamples, default 10,000. */
  readonly resamples?: number;
  /** Coverage of the interval, default 0.95; between 0 and 1. */
  readonly level?: number;
  /** Default "bca", which corrects for bias and skewness; "percentile" does not. */
  readonly method?: "bca" | "percentile";
}

/** An estimate with what the resamples say about it. */
export interface Estimate {
  /** The mean (or difference of means) of the samples as they are. */
  readonly mean: number;
  /** The interval, or null with a single sample, which says nothing about the spread: undefined, not zero. */
  readonly interval: Interval | null;
  /** Standard deviation over the resamples, or null likewise. */
  readonly standardError: number | null;
  /** How many samples. */
  readonly samples: number;
}

/** An interval of confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Its coverage, such as 0.95. */
  readonly level: number;
}

/** A difference with the evidence that it is none. */
export interface Difference extends Estimate {
  /**
   * Two-sided p-value of "no difference" by the sign-flip test, with as many flips as resamples; null with a single sample.
   * It can exceed 1 − level where the interval leaves out 0: where few samples carry the mean, resamples say too much.
   */
  readonly pValue: number | null;
}

/**
 * The mean of a vector with its bootstrap interval.
 *
 * @param values one number per sample.
 * @throws EspalierError when there is no sample, a value is not finite, or an option is out of range.
 *
 * @example
 * const { mean, interval } = bootstrapMean([0.1, 0.4, 0.2, 0.3], { random: new Random(1) });
 * mean; // → 0.25
 */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Estimate {
  return bootstrapMeans([values], options)[0];
}

/**
 * The means of several vectors over the same samples, with intervals from the same resamples.
 *
 * @param vectors each one number per sample, in the same order; all of one length.
 * @throws EspalierError as `bootstrapMean`, and for vectors of different length.
 *
 * @example
 * const [a, b] = bootstrapMeans([[0.2, 0.4], [0.3, 0.7]], { random: new Random(1) }); // the same resamples for both
 */
export function bootstrapMeans(vectors: readonly ArrayLike<number>[], options: BootstrapOptions): Estimate[] {
  const { method = "bca" } = options;
  const { resamples, level } = validate(vectors, options);
  const drawn = resampledMeans(vectors, options.random, resamples);
  return vectors.map((values, v) => summarise(values, drawn[v], level, method));
}

/**
 * The difference of two means over the same samples, `mean(a) − mean(b)`.
 *
 * @param a one number per sample.
 * @param b likewise, in the same order.
 * @throws EspalierError as `bootstrapMean`, and when the lengths differ.
 *
 * @example
 * const random = new Random(1);
 * const { mean, interval, pValue } = bootstrapDifference([0.2, 0.4, 0.1], [0.3, 0.7, 0.2], { random });
 * mean; // → -0.16667
 */
export function bootstrapDifference(a: ArrayLike<number>, b: ArrayLike<number>, options: BootstrapOptions): Difference {
  const { resamples, level } = validate([a, b], options);
  const differences = Float64Array.from(a, (value, i) => value - b[i]);
  const [drawn] = resampledMeans([differences], options.random, resamples);
  const estimate = summarise(differences, drawn, level, options.method ?? "bca");
  return { ...estimate, pValue: signFlipTest(differences, { random: options.random, resamples }) };
}

/**
 * The mean of each vector in each resample: samples drawn with replacement, the same ones for every vector.
 *
 * @param vectors each of length n ≥ 1.
 * @returns one Float64Array [resamples] per vector.
 */
export function resampledMeans(
  vectors: readonly ArrayLike<number>[],
  random: Random,
  resamples: number,
): Float64Array[] {
  const n = vectors[0].length;
  // A uniform number has 53 bits and an index needs log2 n of them: what is left after one index is uniform again. At least
  // 26 bits stay behind the last index taken, so the bias is below 2⁻²⁶.
  const perDraw = Math.max(1, Math.floor(27 / Math.max(1, Math.log2(n))));
  const typed = vectors.map((values) => Float64Array.from(values));
  const means = vectors.map(() => new Float64Array(resamples));
  const indices = new Int32Array(n);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; ) {
      let u = random.uniform();
      for (let k = 0; k < perDraw && i < n; k++) {
        u *= n;
        const index = Math.floor(u);
        u -= index;
        indices[i++] = index;
      }
    }
    for (let v = 0; v < typed.length; v++) {
      const values = typed[v];
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[indices[i]];
      means[v][r] = sum / n;
    }
  }
  return means;
}

/**
 * Percentile interval: the central part of the resampled means.
 *
 * @param drawn means of the resamples, any order.
 */
export function percentileInterval(drawn: Float64Array, level: number): Interval {
  const sorted = Float64Array.from(drawn).sort();
  const tail = (1 - level) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), level };
}

/**
 * Bias-corrected and accelerated interval of a mean; the acceleration comes from the jackknife, in closed form for a mean.
 *
 * @param values the samples, n ≥ 2. @param drawn means of their resamples.
 * @returns the percentile interval where the correction does not exist: all values equal, or every resample on one side.
 */
export function bcaInterval(values: ArrayLike<number>, drawn: Float64Array, level: number): Interval {
  const mean = meanOf(values);
  // Leaving sample i out moves the mean by (x_i − mean)/(n − 1); the factor cancels between numerator and denominator.
  const influence = Float64Array.from(values, (value) => value - mean);
  return bcaFromInfluence(mean, influence, drawn, level);
}

/**
 * Bias-corrected and accelerated interval of any estimate. Source: Efron & Tibshirani, ch. 14.3.
 *
 * @param estimate that of the samples as they are.
 * @param influence for each sample, how much lower the estimate is without it, up to one common factor; of mean 0.
 * @param drawn the estimate in each resample, finite, any order.
 * @returns the percentile interval where the correction does not exist: no influence, or every resample on one side.
 */
export function bcaFromInfluence(
  estimate: number,
  influence: ArrayLike<number>,
  drawn: Float64Array,
  level: number,
): Interval {
  let below = 0;
  let equal = 0;
  for (const value of drawn) {
    if (value < estimate) below++;
    else if (value === estimate) equal++;
  }
  const bias = normalQuantile((below + equal / 2) / drawn.length);
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < influence.length; i++) {
    squares += influence[i] ** 2;
    cubes += influence[i] ** 3;
  }
  const spread = squares ** 1.5;
  if (!Number.isFinite(bias) || spread === 0) return percentileInterval(drawn, level);
  const acceleration = cubes / (6 * spread);
  const corrected = (z: number): number => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile((1 - level) / 2);
  const sorted = Float64Array.from(drawn).sort();
  return { low: quantile(sorted, corrected(z)), high: quantile(sorted, corrected(-z)), level };
}

function summarise(
  values: ArrayLike<number>,
  drawn: Float64Array,
  level: number,
  method: "bca" | "percentile",
): Estimate {
  const mean = meanOf(values);
  const samples = values.length;
  if (samples === 1) return { mean, interval: null, standardError: null, samples };
  const interval = method === "bca" ? bcaInterval(values, drawn, level) : percentileInterval(drawn, level);
  const centre = meanOf(drawn);
  const squares = drawn.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { mean, interval, standardError: Math.sqrt(squares / Math.max(1, drawn.length - 1)), samples };
}

/** Linear interpolation between order statistics, as NumPy's default. @param sorted ascending. */
export function quantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const index = Math.min(Math.floor(position), sorted.length - 1);
  const next = Math.min(index + 1, sorted.length - 1);
  return sorted[index] + (position - index) * (sorted[next] - sorted[index]);
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function validate(
  vectors: readonly ArrayLike<number>[],
  { resamples = 10_000, level = 0.95 }: BootstrapOptions,
): { resamples: number; level: number } {
  if (!(Number.isSafeInteger(resamples) && resamples >= 1)) {
    throw new EspalierError(`The bootstrap was asked for ${resamples} resamples; give a whole number ≥ 1.`);
  }
  if (!(level > 0 && level < 1)) {
    throw new EspalierError(
      `An interval of level ${level} does not exist; give a level between 0 and 1, such as 0.95.`,
    );
  }
  const n = vectors.length === 0 ? 0 : vectors[0].length;
  if (n === 0) throw new EspalierError("The bootstrap needs at least one sample; the list of values is empty.");
  for (const values of vectors) {
    if (values.length !== n) {
      throw new EspalierError(
        `A paired bootstrap was given vectors of ${n} and of ${values.length} samples; pair them first, sample by sample.`,
      );
    }
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(values[i])) {
        throw new EspalierError(
          `The value of sample ${i} is ${values[i]}; a mean needs finite numbers, so leave that sample out of every vector.`,
        );
      }
    }
  }
  return { resamples, level };
}
