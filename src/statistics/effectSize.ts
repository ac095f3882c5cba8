/**
 * How large a paired difference is, in standard deviations of the differences. Source: Cohen 1988, ch. 2; Hedges, "Distribution
 * theory for Glass's estimator of effect size", 1981, for the correction.
 */
import { EspalierError } from "../errors.js";

/** A paired difference and how large it is beside its spread. */
export interface PairedEffect {
  /** Pairs. */
  readonly samples: number;
  /** mean(a) − mean(b). */
  readonly difference: number;
  /** Standard deviation of the differences (n − 1), or null with a single sample. */
  readonly deviation: number | null;
  /**
   * Cohen's d_z, difference over deviation. 0 where all differences are 0; null with a single sample, and where all
   * differences are one other number: there is no spread to measure it with.
   */
  readonly d: number | null;
  /**
   * d_z with Hedges' correction, which takes away that few samples make it too large; null as `d`, and with two samples, where
   * d_z has no expectation.
   */
  readonly g: number | null;
  /** For outcomes that are all 0 or 1: what differs at all; null for others. */
  readonly discordant: Discordance | null;
}

/** Samples on which two 0/1 outcomes disagree: only these speak about a difference (McNemar 1947). */
export interface Discordance {
  /** Share of samples that disagree, 0 … 1. */
  readonly share: number;
  /** Samples with 1 in a and 0 in b. */
  readonly onlyA: number;
  /** Samples with 0 in a and 1 in b. */
  readonly onlyB: number;
}

/**
 * The standardised difference of two outcomes over the same samples.
 *
 * @param a one number per sample.
 * @param b likewise, in the same order.
 * @throws EspalierError without a sample, for different lengths, or for a value that is not finite.
 *
 * @example
 * pairedEffectSize([0.2, 0.4, 0.1], [0.3, 0.7, 0.2]).d; // → -1.4434
 */
export function pairedEffectSize(a: ArrayLike<number>, b: ArrayLike<number>): PairedEffect {
  check(a, b);
  const samples = a.length;
  const differences = Float64Array.from(a, (value, i) => value - b[i]);
  const difference = differences.reduce((sum, value) => sum + value, 0) / samples;
  const effect = { samples, difference, discordant: discordance(a, b) };
  if (samples === 1) return { ...effect, deviation: null, d: null, g: null };
  // One number throughout is no spread, whatever the rounding of its mean.
  const constant = differences.every((value) => value === differences[0]);
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  const deviation = constant ? 0 : Math.sqrt(squares / (samples - 1));
  if (deviation === 0) {
    const d = differences[0] === 0 ? 0 : null;
    return { ...effect, deviation, d, g: samples > 2 ? d : null };
  }
  const d = difference / deviation;
  return { ...effect, deviation, d, g: samples > 2 ? d * hedgesCorrection(samples - 1) : null };
}

/**
 * Hedges' J(ν) = Γ(ν/2) / (√(ν/2)·Γ((ν−1)/2)), below 1.
 *
 * @param degrees ν, whole, ≥ 2.
 */
export function hedgesCorrection(degrees: number): number {
  // g(ν) = Γ(ν/2)/Γ((ν−1)/2) obeys g(ν)·g(ν−1) = (ν−2)/2, with g(2) = 1/√π.
  let quotient = 1 / Math.sqrt(Math.PI);
  for (let nu = 3; nu <= degrees; nu++) quotient = (nu - 2) / 2 / quotient;
  return quotient / Math.sqrt(degrees / 2);
}

function discordance(a: ArrayLike<number>, b: ArrayLike<number>): Discordance | null {
  let [onlyA, onlyB] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if ((a[i] !== 0 && a[i] !== 1) || (b[i] !== 0 && b[i] !== 1)) return null;
    if (a[i] > b[i]) onlyA++;
    if (b[i] > a[i]) onlyB++;
  }
  return { share: (onlyA + onlyB) / a.length, onlyA, onlyB };
}

function check(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new EspalierError(
      `An effect size was given ${a.length} and ${b.length} samples; pair them first, sample by sample.`,
    );
  }
  if (a.length === 0) throw new EspalierError("An effect size needs at least one sample; the list of values is empty.");
  for (let i = 0; i < a.length; i++) {
    const bad = Number.isFinite(a[i]) ? b[i] : a[i];
    if (!Number.isFinite(bad)) {
      throw new EspalierError(
        `The value of sample ${i} is ${bad}; an effect size needs finite numbers, so leave that sample out on both sides.`,
      );
    }
  }
}
