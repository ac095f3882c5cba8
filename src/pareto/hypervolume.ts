/**
 * Hypervolume: how much of objective space a set of points dominates, up to a reference point.
 *
 * Two objectives by a sweep; more by the exclusive hypervolumes of While, Bradstreet and Barone, "A fast way of calculating
 * exact hypervolumes" (WFG, 2012). Source: METHOD §9.
 */
import { EspalierError } from "../errors.js";
import { checkPoints, nonDominated, type Point } from "./dominance.js";

/**
 * The hypervolume of points to be minimised.
 *
 * @param points [n][M]; a point that is not below the reference in every coordinate contributes nothing. Empty gives 0.
 * @param reference [M], finite.
 * @returns ≥ 0, in the product of the objectives' units; Infinity when a point has −Infinity somewhere.
 * @throws EspalierError for NaN or a reference that is not finite, RangeError for lengths that differ.
 *
 * @example
 * hypervolume([[0.2, 0.5], [0.6, 0.1]], [1, 1]); // → 0.56
 */
export function hypervolume(points: readonly Point[], reference: Point): number {
  checkPoints([reference, ...points]);
  if (!reference.every(Number.isFinite)) {
    throw new EspalierError(`The reference point (${reference.join(", ")}) must be finite in every objective.`);
  }
  const inside = points.filter((point) => point.every((value, k) => value < reference[k]));
  return volume(inside, reference);
}

function volume(points: readonly Point[], reference: Point): number {
  const front = unique(nonDominated(points).map((i) => points[i]));
  if (front.length === 0) return 0;
  if (reference.length === 1) return reference[0] - Math.min(...front.map((point) => point[0]));
  return reference.length === 2 ? area(front, reference) : sumOfExclusive(front, reference);
}

/** Two objectives: slabs from left to right; along a front the second coordinate falls. */
function area(front: readonly Point[], reference: Point): number {
  const sorted = [...front].sort((a, b) => a[0] - b[0]);
  let total = 0;
  for (const [i, point] of sorted.entries()) {
    const right = i + 1 < sorted.length ? sorted[i + 1][0] : reference[0];
    total += (right - point[0]) * (reference[1] - point[1]);
  }
  return total;
}

/** Each point's own box, less what the points after it take of that box. */
function sumOfExclusive(front: readonly Point[], reference: Point): number {
  // Worst last coordinate first: later points then limit to few distinct ones.
  const sorted = [...front].sort((a, b) => b[b.length - 1] - a[a.length - 1]);
  return sorted.reduce((total, point, i) => {
    const box = point.reduce((product, value, k) => product * (reference[k] - value), 1);
    const limited = sorted.slice(i + 1).map((other) => other.map((value, k) => Math.max(value, point[k])));
    return total + box - volume(limited, reference);
  }, 0);
}

function unique(points: readonly Point[]): Point[] {
  return [...new Map(points.map((point) => [point.join(), point])).values()];
}
