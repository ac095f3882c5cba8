/** Distances between two sets of points, beside hypervolume. Every objective is minimised. Source: METHOD §9. */
import { EspalierError } from "../errors.js";
import { checkPoints, type Point } from "./dominance.js";

/**
 * IGD+: the mean over the reference points of the distance to the nearest found point, counting only coordinates in which the
 * found one is worse. 0 when every reference point is weakly dominated. Ishibuchi et al. 2015.
 *
 * @param found [n][M]. @param reference [m][M]; scale both alike first.
 * @throws EspalierError when either is empty or holds NaN.
 *
 * @example
 * igdPlus([[0.2, 0.5]], [[0.1, 0.5], [0.2, 0.3]]); // → 0.15
 */
export function igdPlus(found: readonly Point[], reference: readonly Point[]): number {
  checkSets(found, reference);
  const distance = (point: Point, target: Point): number =>
    Math.hypot(...point.map((value, k) => Math.max(0, value - target[k])));
  const nearest = reference.map((target) => Math.min(...found.map((point) => distance(point, target))));
  return nearest.reduce((sum, d) => sum + d, 0) / reference.length;
}

/**
 * Additive ε: the least amount by which every found point must improve in every objective so that together they weakly dominate
 * the reference. Negative when they do so already with room to spare. Zitzler et al. 2003.
 *
 * @throws EspalierError when either is empty or holds NaN.
 *
 * @example
 * additiveEpsilon([[0.2, 0.5]], [[0.1, 0.4], [0.2, 0.3]]); // → 0.2
 */
export function additiveEpsilon(found: readonly Point[], reference: readonly Point[]): number {
  checkSets(found, reference);
  const shortfall = (point: Point, target: Point): number => Math.max(...point.map((value, k) => value - target[k]));
  return Math.max(...reference.map((target) => Math.min(...found.map((point) => shortfall(point, target)))));
}

function checkSets(found: readonly Point[], reference: readonly Point[]): void {
  if (found.length === 0 || reference.length === 0) {
    throw new EspalierError(
      `Two frontiers are compared; the found one has ${found.length} points and the reference ${reference.length}, and ` +
        "neither may be empty.",
    );
  }
  checkPoints([...reference, ...found]);
}
