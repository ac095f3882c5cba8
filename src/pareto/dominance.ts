/**
 * Dominance between points that are to be minimised in every coordinate.
 *
 * NaN has no order, so a point with one is refused everywhere in this folder: a failed evaluation must be dropped by name, not
 * vanish. Infinities are ordered and allowed. Source: METHOD §9; Deb et al. 2002 for the terms.
 */
import { EspalierError } from "../errors.js";

/** One point, [M] objective values, each to be minimised. */
export type Point = readonly number[];

/** Whether `a` dominates `b`: nowhere worse and somewhere better. Equal points do not dominate each other. */
export function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k] > b[k]) return false;
    if (a[k] < b[k]) better = true;
  }
  return better;
}

/**
 * The indices of the points that no other point dominates, in ascending order.
 *
 * Equal points are all kept. In order of their first coordinate (ties by the next one) a point can only be dominated by one
 * before it, and then by one of the front so far: O(n log n) for two objectives, O(n · front) beyond.
 *
 * @param points [n][M]; empty gives an empty front.
 * @throws EspalierError for NaN, RangeError for points of different length.
 *
 * @example
 * nonDominated([[0.2, 0.5], [0.3, 0.6], [0.6, 0.1]]); // → [0, 2]
 */
export function nonDominated(points: readonly Point[]): number[] {
  checkPoints(points);
  const order = points.map((_, i) => i).sort((i, j) => compare(points[i], points[j]));
  const front: number[] = [];
  for (const i of order) {
    const point = points[i];
    // With two objectives the last member of the front has the least second coordinate so far.
    const rivals = point.length === 2 ? front.slice(-1) : front;
    if (!rivals.some((j) => dominates(points[j], point))) front.push(i);
  }
  return front.sort((i, j) => i - j);
}

/** Refuses NaN and ragged points. */
export function checkPoints(points: readonly Point[], what = "Point"): void {
  const width = points.length === 0 ? 0 : points[0].length;
  for (const [i, point] of points.entries()) {
    if (point.length !== width) {
      throw new RangeError(`${what} ${i} has ${point.length} objectives and the first has ${width}.`);
    }
    if (point.some(Number.isNaN)) {
      throw new EspalierError(
        `${what} ${i} is (${point.join(", ")}); NaN has no order, so leave failed evaluations out of a frontier.`,
      );
    }
  }
}

function compare(a: Point, b: Point): number {
  for (let k = 0; k < a.length; k++) {
    if (a[k] !== b[k]) return a[k] < b[k] ? -1 : 1;
  }
  return 0;
}
