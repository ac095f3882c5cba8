/** Bootstrap intervals and sign-flip tests over samples, the same draws for everything that is compared, without holding up the event loop. */
import {
  bcaInterval,
  bcaRatioInterval,
  exactSignFlip,
  farFlips,
  flippedPValue,
  flipsAreFew,
  ratioOfMeans,
  resampledMeans,
  resampledRatios,
} from "../statistics/index.js";
import { type Pacer, Random } from "../tensor/index.js";
import { meanOf } from "./context.js";

/** How intervals are made; reports state it. */
export const INTERVALS = { level: 0.95, resamples: 10_000, seed: 20_260_415, method: "paired bootstrap, BCa" } as const;

/** Multiply-adds between two turns of the event loop. */
const AT_ONCE = 1_000_000;

export interface BootstrappedMean {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Means of the vectors in each of `INTERVALS.resamples` resamples of their samples: the same samples for every vector, and
 * the same draws at every call.
 *
 * @param vectors [n] each, one number per sample.
 * @returns [resamples] for each.
 */
export async function resample(vectors: readonly ArrayLike<number>[], pacer: Pacer): Promise<Float64Array[]> {
  const { resamples, seed } = INTERVALS;
  const random = new Random(seed);
  const means = vectors.map(() => new Float64Array(resamples));
  if (vectors.length === 0) return means;
  const samples = vectors[0].length;
  const chunk = Math.max(1, Math.floor(AT_ONCE / ((vectors.length + 4) * samples)));
  for (let done = 0; done < resamples; done += chunk) {
    const part = resampledMeans(vectors, random, Math.min(chunk, resamples - done));
    part.forEach((values, v) => {
      means[v].set(values, done);
    });
    await pacer.pause();
  }
  return means;
}

/** A mean with its interval; of a single sample, whose spread is unknown, low and high are the mean itself. */
export function intervalOf(values: ArrayLike<number>, drawn: Float64Array): BootstrappedMean {
  const mean = meanOf(values);
  if (values.length < 2) return { mean, low: mean, high: mean };
  const { low, high } = bcaInterval(values, drawn, INTERVALS.level);
  // An interval of equal values may miss their mean by rounding.
  return { mean, low: Math.min(low, mean), high: Math.max(high, mean) };
}

/** Means with intervals of many vectors over the same samples. */
export async function intervals(vectors: readonly ArrayLike<number>[], pacer: Pacer): Promise<BootstrappedMean[]> {
  const result: BootstrappedMean[] = [];
  const drawn = await resample(vectors, pacer);
  for (const [v, values] of vectors.entries()) {
    result.push(intervalOf(values, drawn[v]));
    await pacer.pause();
  }
  return result;
}

/**
 * Ratios of means over the same samples, with intervals: both means of a ratio are drawn together.
 *
 * @param ratios numerators and denominators, [S] each, 0 in both for a sample that has no part in the ratio.
 * @returns null for a ratio whose denominators are all 0. Where a single sample has a part, low and high are the ratio itself.
 */
export async function ratioIntervals(
  ratios: readonly (readonly [numerators: ArrayLike<number>, denominators: ArrayLike<number>])[],
  pacer: Pacer,
): Promise<(BootstrappedMean | null)[]> {
  const drawn = await resample(ratios.flat(), pacer);
  const result: (BootstrappedMean | null)[] = [];
  for (const [r, [numerators, denominators]] of ratios.entries()) {
    const mean = ratioOfMeans(numerators, denominators);
    const parts = Array.from(denominators).filter((value) => value !== 0).length;
    if (parts === 0) result.push(null);
    else if (parts === 1) result.push({ mean, low: mean, high: mean });
    else {
      const own = resampledRatios(drawn[2 * r], drawn[2 * r + 1]);
      const { low, high } = bcaRatioInterval(numerators, denominators, own, INTERVALS.level);
      result.push({ mean, low: Math.min(low, mean), high: Math.max(high, mean) });
    }
    await pacer.pause();
  }
  return result;
}

/**
 * Two-sided p-values of "no difference" by the sign-flip test, the same flips for every vector and at every call.
 *
 * @param differences [n] each, one number per sample.
 * @returns one per vector; 1 of a single sample, which shows nothing.
 */
export async function pValues(differences: readonly ArrayLike<number>[], pacer: Pacer): Promise<number[]> {
  const { resamples, seed } = INTERVALS;
  const samples = differences.length === 0 ? 0 : differences[0].length;
  if (samples < 2) return differences.map(() => 1);
  if (flipsAreFew(samples, resamples)) return differences.map(exactSignFlip);
  const random = new Random(seed).fork("signs");
  const far = differences.map(() => 0);
  const chunk = Math.max(1, Math.floor(AT_ONCE / ((differences.length + 4) * samples)));
  for (let done = 0; done < resamples; done += chunk) {
    farFlips(differences, random, Math.min(chunk, resamples - done)).forEach((count, v) => {
      far[v] += count;
    });
    await pacer.pause();
  }
  return far.map((count) => flippedPValue(count, resamples));
}
