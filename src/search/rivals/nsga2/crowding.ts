/** Crowding distance: how much room a point of a front has. Source: Deb et al. 2002, §III.B. */
import type { Point } from "../../../pareto/index.js";

/**
 * The sum over the objectives of the gap between a point's two neighbours, relative to the objective's range in the
 * front; Infinity at both ends of an objective.
 *
 * Of points that share an end, the first at the low end and the last at the high end have it. An objective that is the
 * same everywhere says nothing and counts 0, one with an infinite range separates only its ends; with one or two points
 * all are ends. O(M n log n).
 *
 * @param front [n][M] without NaN; empty gives empty.
 * @returns [n] ≥ 0.
 */
export function crowdingDistances(front: readonly Point[]): number[] {
  if (front.length <= 2) return front.map(() => Infinity);
  const distances = front.map(() => 0);
  for (let k = 0; k < front[0].length; k++) {
    const order = front.map((_, i) => i).sort((i, j) => (front[i][k] === front[j][k] ? 0 : front[i][k] - front[j][k]));
    const value = (position: number) => front[order[position]][k];
    const last = front.length - 1;
    const range = value(last) - value(0);
    if (!(range > 0)) continue;
    distances[order[0]] = Infinity;
    distances[order[last]] = Infinity;
    if (!Number.isFinite(range)) continue;
    for (let position = 1; position < last; position++) {
      distances[order[position]] += (value(position + 1) - value(position - 1)) / range;
    }
  }
  return distances;
}
