/**
 * Points worth a look before one is proposed: anywhere, and near the points that are good already. Source: the candidates of
 * Regis and Shoemaker 2007 for expensive functions.
 */
import type { Random } from "../../../tensor/index.js";

/** Standard deviations of steps from a good point, one drawn for each. */
const STEPS = [0.2, 0.05, 0.0125];

/** `count` uniform points of the unit cube, [count][D]. */
export function anywhere(count: number, dimensions: number, random: Random): number[][] {
  return Array.from({ length: count }, () => Array.from({ length: dimensions }, () => random.uniform()));
}

/**
 * Points around others: a normal step in every coordinate, mirrored at the ends of the cube.
 *
 * @param centres [m][D], m ≥ 1, taken at random.
 * @param scale of the steps; default 1.
 * @returns [count][D]
 */
export function around(centres: readonly (readonly number[])[], count: number, random: Random, scale = 1): number[][] {
  return Array.from({ length: count }, () => {
    const step = scale * random.choice(STEPS);
    return random.choice(centres).map((x) => mirrored(x + step * random.normal()));
  });
}

/** Into [0, 1], as often as it takes. */
function mirrored(x: number): number {
  const period = Math.abs(x) % 2;
  return period > 1 ? 2 - period : period;
}
