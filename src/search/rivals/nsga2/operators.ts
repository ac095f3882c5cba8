/**
 * The variation of real-coded genetic algorithms in the unit cube: simulated binary crossover and polynomial mutation,
 * both bounded. Source: Deb and Agrawal, "Simulated binary crossover for continuous search space" (1995), with the
 * bounded spread of Deb, "An efficient constraint handling method for genetic algorithms" (2000); Deb and Goyal (1996)
 * for the mutation.
 */
import type { Random } from "../../../tensor/index.js";

/** Where uniform numbers come from. */
export type Uniform = Pick<Random, "uniform">;

/** η_c: the larger, the nearer children are to their parents. */
const CROSSOVER_INDEX = 15;
/** η_m, likewise. */
const MUTATION_INDEX = 20;
/** The chance that a pair is crossed at all, and of each of its coordinates then. */
const CROSSOVER_CHANCE = 0.9;
const COORDINATE_CHANCE = 0.5;
/** Parents this near in a coordinate keep it: their distance is divided by. */
const SAME = 1e-14;

/**
 * The two children of a coordinate, the lower first: as far outside or inside their parents as one uniform number says,
 * by the share of the distribution that the bounds leave.
 *
 * @param a, b coordinates in [0, 1], not equal.
 * @param u uniform in [0, 1).
 */
export function crossCoordinate(a: number, b: number, u: number): [low: number, high: number] {
  const power = CROSSOVER_INDEX + 1;
  const [low, high] = a < b ? [a, b] : [b, a];
  const gap = high - low;
  // β: the children's distance relative to their parents', with `room` between the nearer parent and its bound.
  const spread = (room: number) => {
    const alpha = 2 - (1 + (2 * room) / gap) ** -power;
    return (u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha)) ** (1 / power);
  };
  const sum = low + high;
  return [within(0.5 * (sum - spread(low) * gap)), within(0.5 * (sum + spread(1 - high) * gap))];
}

/**
 * Simulated binary crossover of two points: with chance 0.9, and then in each coordinate with chance ½.
 *
 * Uniform numbers are taken in this order: one for the pair; per coordinate one whether it is crossed, and where it is
 * (and the parents differ) one for the spread and one for which child is given the higher value.
 *
 * @param a, b [D] in [0, 1].
 * @returns two points [D] in [0, 1].
 */
export function simulatedBinaryCrossover(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  random: Uniform,
): [first: number[], second: number[]] {
  const first = Array.from(a);
  const second = Array.from(b);
  if (random.uniform() >= CROSSOVER_CHANCE) return [first, second];
  for (let d = 0; d < first.length; d++) {
    if (random.uniform() >= COORDINATE_CHANCE || Math.abs(a[d] - b[d]) <= SAME) continue;
    const [low, high] = crossCoordinate(a[d], b[d], random.uniform());
    [first[d], second[d]] = random.uniform() < 0.5 ? [high, low] : [low, high];
  }
  return [first, second];
}

/**
 * A coordinate moved by a polynomially distributed step, by the share of the distribution that the bounds leave.
 *
 * @param x in [0, 1].
 * @param u uniform in [0, 1): down below ½, up above.
 */
export function mutateCoordinate(x: number, u: number): number {
  const power = MUTATION_INDEX + 1;
  const step =
    u <= 0.5
      ? (2 * u + (1 - 2 * u) * (1 - x) ** power) ** (1 / power) - 1
      : 1 - (2 * (1 - u) + (2 * u - 1) * x ** power) ** (1 / power);
  return within(x + step);
}

/**
 * Polynomial mutation of a point: each coordinate with chance 1/D, so one of them on average.
 *
 * Uniform numbers are taken per coordinate: one whether it moves, and where it does one for the step.
 *
 * @param point [D] in [0, 1].
 * @returns a new point [D] in [0, 1].
 */
export function polynomialMutation(point: ArrayLike<number>, random: Uniform): number[] {
  return Array.from(point, (x) => (random.uniform() < 1 / point.length ? mutateCoordinate(x, random.uniform()) : x));
}

function within(x: number): number {
  return Math.min(1, Math.max(0, x));
}
