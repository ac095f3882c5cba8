/**
 * Non-dominated sorting: layers of a set of points, each the front of what the layers before it leave. Source: Deb et
 * al. 2002, §III.A (fronts) and §VI (constrained domination); the sweep with a binary search as in Jensen, "Reducing
 * the run-time complexity of multiobjective EAs" (2003).
 */
import { EspalierError } from "../../../errors.js";
import { dominates, type Point } from "../../../pareto/index.js";

/**
 * The front that each point is in, 0 the best, under constrained domination: the smaller violation dominates, and at
 * equal violations the objectives decide. Equal points share a front.
 *
 * In lexicographic order only earlier points can dominate, and of a front's members the last has the least second
 * objective, so it alone is asked, in the fronts by halves: O(n log n), where the sort of the paper needs O(n²).
 *
 * @param points [n][2], both to be minimised; empty gives empty.
 * @param violations [n] ≥ 0, how far a point is from being feasible; default 0 everywhere.
 * @returns [n] ranks.
 * @throws EspalierError for NaN, RangeError for points of another width.
 */
export function nonDominatedSort(points: readonly Point[], violations?: readonly number[]): number[] {
  const violation = (i: number) => violations?.[i] ?? 0;
  for (const [i, point] of points.entries()) {
    if (point.length !== 2) throw new RangeError(`Point ${i} has ${point.length} objectives; this sort takes 2.`);
    if (point.some(Number.isNaN) || Number.isNaN(violation(i))) {
      throw new EspalierError(
        `Point ${i} is (${point.join(", ")}) with violation ${violation(i)}; NaN has no order, so leave it out.`,
      );
    }
  }
  const order = points
    .map((_, i) => i)
    .sort(
      (i, j) =>
        compare(violation(i), violation(j)) ||
        compare(points[i][0], points[j][0]) ||
        compare(points[i][1], points[j][1]),
    );
  const ranks = new Array<number>(points.length);
  /** The last member of each front of the present violation; fronts of smaller ones are `before`. */
  let lasts: Point[] = [];
  let before = 0;
  for (const [k, i] of order.entries()) {
    if (k > 0 && violation(i) !== violation(order[k - 1])) {
      before += lasts.length;
      lasts = [];
    }
    const front = firstFree(lasts, points[i]);
    lasts[front] = points[i];
    ranks[i] = before + front;
  }
  return ranks;
}

/** The first front that does not dominate the point: what a front dominates, the fronts before it dominate too. */
function firstFree(lasts: readonly Point[], point: Point): number {
  let low = 0;
  let high = lasts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (dominates(lasts[middle], point)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Infinities of one sign are equal, which a difference would make NaN. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
