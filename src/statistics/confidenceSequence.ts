/**
 * Anytime-valid intervals of a mean: they hold at every number of samples at once, so that one may look after each and stop on
 * what is seen. For the mean of paired differences, one difference per sample.
 *
 * At n samples the interval is the mean ± t·s/√n, s the standard deviation, with the t at which the Bayes factor of a
 * standardised effect drawn from N(0, g) against none reaches 1/miss. Under no effect that factor is a martingale whatever the
 * unknown variance, so by Ville's inequality it ever reaches 1/miss with at most that probability.
 *
 * Assumptions. Samples come in random order. For normal differences the interval is exact from n = 2 on; for others it is
 * asymptotic: as n grows it becomes the Gaussian-mixture confidence sequence of Waudby-Smith et al., which needs only a finite
 * variance. Then the end towards a long tail misses more often than it says while samples are few, the other end hardly ever;
 * `least` holds both back until then. Of 95 % intervals of differences of log-normal divergences up to 256 samples, from 32 on,
 * 1 % miss where the difference is symmetric, 5 % where one divergence is 1.5 times the other and the difficulty of samples has
 * a log-deviation of .7, but 9 % at 3 times, and 17 % at 3 times and a log-deviation of 1: none of them at the lower end. So a
 * lower bound of "worse minus better" is safe, and one of a difference whose rare samples are very negative is not
 * (`tests/statistics/confidenceSequence.test.ts`).
 *
 * Sources: Lai, "On confidence sequences", 1976, and Wang & Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian
 * means with unknown variance", 2024 (normal differences); Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, "Time-uniform central
 * limit theory and asymptotic confidence sequences", 2024, Theorem 2.2 (others).
 */
import { EspalierError } from "../errors.js";
import type { Interval } from "./bootstrap.js";

export interface SequenceOptions {
  /** Coverage over all n together, default .95; between 0 and 1. */
  readonly level?: number;
  /** Number of samples at which the interval is narrowest for its n, default 32; above 0. Fixed before the first look. */
  readonly sharpest?: number;
  /** Samples below which nothing is said, default 32; ≥ 2. */
  readonly least?: number;
  /**
   * Samples that there are in all, when the mean over exactly these is meant and they are seen in random order, each once: then
   * the interval closes on it. Default Infinity: the mean of what the samples are drawn from.
   */
  readonly population?: number;
}

/**
 * The interval at the samples so far.
 *
 * @param values one difference per sample, in the order seen.
 * @returns (−∞, ∞) below `least` samples, and while the samples are too few for the level.
 * @throws EspalierError for a value that is not finite, or an option out of range.
 */
export function anytimeInterval(values: ArrayLike<number>, options: SequenceOptions = {}): Interval {
  const { level = 0.95 } = options;
  const { mean, deviation } = momentsOf(values);
  const reach = reachOf(deviation, anytimeRadius(values.length, options));
  return { low: mean - reach, high: mean + reach, level };
}

/**
 * A bound that the mean stays above at every number of samples at once: the lower end of the interval of level
 * `1 − 2·miss/(1 + miss)`, whose one side misses with at most `miss`.
 *
 * @param values as `anytimeInterval`.
 * @returns −∞ where nothing can be said yet.
 */
export function anytimeLowerBound(values: ArrayLike<number>, options: SequenceOptions = {}): number {
  const { mean, deviation } = momentsOf(values);
  const radius = anytimeRadius(values.length, { ...options, level: oneSidedLevel(options.level) });
  return mean - reachOf(deviation, radius);
}

/**
 * The level of the interval whose one end is a bound of a given level. Mixing over effects of one sign alone doubles the weight
 * of each and leaves out those of the other sign, which together make at most ½ of the factor where the mean has the first
 * sign: so the one-sided factor is at least twice the two-sided one less 1.
 *
 * @param level of the bound, default .95.
 */
export function oneSidedLevel(level = 0.95): number {
  const miss = 1 - level;
  return 1 - (2 * miss) / (1 + miss);
}

/**
 * Half the width of the interval in standard deviations of the differences (divisor n − 1): what a caller with its own sums
 * needs, since it depends on n alone.
 *
 * @param samples n, whole, ≥ 0.
 * @returns Infinity where nothing can be said; 0 when the whole population has been seen.
 * @throws EspalierError for a number or an option out of range.
 */
export function anytimeRadius(samples: number, options: SequenceOptions = {}): number {
  const { level, sharpest, least, population } = checkOptions(options, samples);
  if (samples >= population) return 0;
  if (samples < least) return Number.POSITIVE_INFINITY;
  // Twice the logarithm of 1/miss.
  const evidence = -2 * Math.log1p(-level);
  // The spread of effects that makes the radius at `sharpest` least: g·n − log(1 + g·n) = 2·log(1/miss) there.
  const g = (evidence + Math.log1p(evidence)) / sharpest;
  // What is left to see moves the mean like a Brownian bridge, a Brownian motion at the time n/(1 − n/N).
  const information = samples / (1 - samples / population);
  const prior = 1 + g * information;
  // Bayes factor of the t test: ((1 + t²/ν)/(1 + t²/(ν·prior)))^(n/2)/√prior, solved for t²/ν; it stays below 1/miss where the
  // base reaches `prior`.
  const base = Math.exp((Math.log(prior) + evidence) / samples);
  if (base >= prior) return Number.POSITIVE_INFINITY;
  return Math.sqrt(((samples - 1) * (base - 1)) / (1 - base / prior) / information);
}

/** No spread leaves no doubt, once anything can be said at all. */
function reachOf(deviation: number, radius: number): number {
  return radius === Number.POSITIVE_INFINITY ? radius : deviation * radius;
}

function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(values[i])) {
      throw new EspalierError(
        `The difference of sample ${i} is ${values[i]}; an interval needs finite numbers, so leave that sample out on both sides.`,
      );
    }
    sum += values[i];
  }
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return { mean, deviation: n < 2 ? 0 : Math.sqrt(squares / (n - 1)) };
}

function checkOptions(options: SequenceOptions, samples: number): Required<SequenceOptions> {
  const { level = 0.95, sharpest = 32, least = 32, population = Number.POSITIVE_INFINITY } = options;
  if (!(level > 0 && level < 1)) {
    throw new EspalierError(`A level of ${level} does not exist; give a number between 0 and 1, such as 0.95.`);
  }
  if (!(sharpest > 0 && Number.isFinite(sharpest))) {
    throw new EspalierError(
      `An interval cannot be sharpest at ${sharpest} samples; give a number above 0, such as 32.`,
    );
  }
  if (!(least >= 2)) {
    throw new EspalierError(`An interval from ${least} samples has no spread to go by; let it begin at 2 or more.`);
  }
  if (!(population >= samples)) {
    throw new EspalierError(
      `${samples} samples were seen of a population of ${population}; give the number that there are in all, or leave it out.`,
    );
  }
  return { level, sharpest, least, population };
}
