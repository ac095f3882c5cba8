/** Who lives and who has children: by front, and within a front by room. Source: Deb et al. 2002, §III.B and C. */
import type { Random } from "../../../tensor/index.js";
import { crowdingDistances } from "./crowding.js";
import { nonDominatedSort } from "./nonDominatedSort.js";

/** What selection looks at. */
export interface Candidate {
  /** [2], both to be minimised, without NaN. */
  readonly objectives: readonly number[];
  /** ≥ 0; 0 when feasible. */
  readonly violation: number;
}

/** A candidate with its place in a population. */
export interface Ranked<C> {
  readonly candidate: C;
  /** Its front, 0 the best. */
  readonly rank: number;
  /** Its crowding distance in that front. */
  readonly crowding: number;
}

/**
 * The best `size` candidates: whole fronts while they fit, and of the one that does not the members with the most room.
 *
 * @param size ≥ 0; more than there are keeps all.
 * @returns by front; of equal room the earlier candidate first.
 */
export function survivors<C extends Candidate>(candidates: readonly C[], size: number): Ranked<C>[] {
  const fronts: C[][] = [];
  nonDominatedSort(
    candidates.map((candidate) => candidate.objectives),
    candidates.map((candidate) => candidate.violation),
  ).forEach((rank, i) => {
    fronts[rank] ??= [];
    fronts[rank].push(candidates[i]);
  });
  const result: Ranked<C>[] = [];
  for (const [rank, front] of fronts.entries()) {
    if (result.length >= size) break;
    const distances = crowdingDistances(front.map((candidate) => candidate.objectives));
    const members = front.map((candidate, i) => ({ candidate, rank, crowding: distances[i] }));
    if (result.length + members.length > size) members.sort(byRoom);
    result.push(...members.slice(0, size - result.length));
  }
  return result;
}

/** The most room first; the ends of a front, both infinite, are equal. */
function byRoom(a: Ranked<unknown>, b: Ranked<unknown>): number {
  return a.crowding === b.crowding ? 0 : b.crowding - a.crowding;
}

/**
 * Parents by binary tournament: of two members the one in the better front, then the one with more room, then either.
 *
 * Contestants come from random orders of the population, so that each member competes as often as any other, within
 * one.
 *
 * @param population not empty.
 */
export function tournament<C>(population: readonly Ranked<C>[], count: number, random: Random): C[] {
  const contestants: Ranked<C>[] = [];
  while (contestants.length < 2 * count) contestants.push(...random.shuffle(population));
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [contestants[2 * i], contestants[2 * i + 1]];
    const order = a.rank - b.rank || byRoom(a, b) || random.uniform() - 0.5;
    return (order < 0 ? a : b).candidate;
  });
}
