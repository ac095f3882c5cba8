/** How far a cost is outside the costs that a search is about. */
import type { SearchProblem } from "./searcher.js";

/**
 * Distance of a normalised cost from the costs of interest, in its own unit.
 *
 * @param problem its `costs`, by default [0, 1].
 * @returns ≥ 0; 0 inside, both ends included.
 */
export function costViolation({ costs: [low, high] = [0, 1] }: Pick<SearchProblem, "costs">, cost: number): number {
  return Math.max(0, low - cost, cost - high);
}
