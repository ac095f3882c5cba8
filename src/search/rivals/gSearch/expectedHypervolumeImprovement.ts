/**
 * Expected hypervolume improvement with one objective known (the cost) and one that is not (the divergence): in closed form,
 * strip by strip of the front. Source: Emmerich, Yang, Deutz et al. 2016 for the strips of two objectives.
 *
 * Between two neighbouring costs of the front, the front is one level h. A point of cost c and divergence Y gains (h − Y)₊ along
 * the part of the strip beyond c, so its expected gain is a sum of widths times expected shortfalls E[(h − Y)₊].
 */
import { nonDominated, type Point } from "../../../pareto/index.js";
import { normalCdf } from "../../../statistics/index.js";

/** A stretch of costs, up to where the next one begins, and the least divergence at those costs. */
export interface Strip {
  readonly from: number;
  readonly to: number;
  readonly level: number;
}

/**
 * The strips of a front, from its cheapest point's left to the reference.
 *
 * @param points [n] of (cost, divergence), finite; those not below the reference in both do not count.
 * @param reference the cost and the divergence at which gains end.
 * @returns in order of cost; the first begins at −Infinity with the reference's level.
 */
export function strips(points: readonly Point[], reference: readonly [cost: number, divergence: number]): Strip[] {
  const inside = points.filter(([cost, divergence]) => cost < reference[0] && divergence < reference[1]);
  const front = nonDominated(inside)
    .map((i) => inside[i])
    .sort((a, b) => a[0] - b[0]);
  const starts = [[Number.NEGATIVE_INFINITY, reference[1]], ...front];
  return starts
    .map(([from, level], i) => ({ from, level, to: i + 1 < starts.length ? starts[i + 1][0] : reference[0] }))
    .filter(({ from, to }) => to > from);
}

/**
 * The expected gain in hypervolume of one more point.
 *
 * @param cost of the point, known.
 * @param shortfall E[(h − Y)₊] of its divergence Y for a level h: `normalShortfall`, `shiftedLognormalShortfall`.
 * @param front from `strips`.
 */
export function expectedHypervolumeImprovement(
  cost: number,
  shortfall: (level: number) => number,
  front: readonly Strip[],
): number {
  let total = 0;
  for (const { from, to, level } of front) {
    const width = to - Math.max(from, cost);
    if (width > 0) total += width * shortfall(level);
  }
  return total;
}

const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** E[(h − Y)₊] for Y normal. @param deviation ≥ 0; 0 is certainty. */
export function normalShortfall(level: number, mean: number, deviation: number): number {
  if (deviation === 0) return Math.max(0, level - mean);
  const z = (level - mean) / deviation;
  return Math.max(0, (level - mean) * normalCdf(z) + (deviation * Math.exp((-z * z) / 2)) / SQRT_2PI);
}

/**
 * E[(h − Y)₊] for Y + shift lognormal.
 *
 * @param mean, deviation of log(Y + shift); deviation ≥ 0.
 */
export function shiftedLognormalShortfall(level: number, mean: number, deviation: number, shift: number): number {
  const height = level + shift;
  if (height <= 0) return 0;
  if (deviation === 0) return Math.max(0, height - Math.exp(mean));
  const z = (Math.log(height) - mean) / deviation;
  const below = Math.exp(mean + (deviation * deviation) / 2) * normalCdf(z - deviation);
  return Math.max(0, height * normalCdf(z) - below);
}
