/**
 * What a search attains over several runs (seeds): for each budget, the divergence that a part of the runs reaches.
 *
 * Source: Grunert da Fonseca, Fonseca & Hall, "Inferential performance assessment of stochastic optimisers and the attainment
 * function", 2001; read at budgets, as frontiers are here (METHOD §9).
 */
import { EspalierError } from "../errors.js";

/** The band of one level: [budgets] the least divergence that this part of the runs reaches; null where it reaches none. */
export interface AttainmentBand {
  readonly level: number;
  readonly divergence: readonly (number | null)[];
}

/**
 * Attainment bands of several runs' frontiers.
 *
 * The band of level p is, at each budget, the value that at least the part p of the runs is at or below: the ⌈p·n⌉th smallest
 * of n, so that every band is a value that some run has.
 *
 * @param readings [runs][budgets] divergences of each run's frontier, null where it has nothing cheap enough; at least one run.
 * @param levels each above 0 and at most 1; default the quartiles' .25, .5 and .75.
 * @throws EspalierError for no runs, runs read at different numbers of budgets, a level out of range, or a NaN.
 *
 * @example
 * const [median] = attainmentBands([[0.4, 0.1], [0.6, 0.3], [0.5, 0.2]], [0.5]);
 * median.divergence; // → [0.5, 0.2]
 */
export function attainmentBands(
  readings: readonly (readonly (number | null)[])[],
  levels: readonly number[] = [0.25, 0.5, 0.75],
): AttainmentBand[] {
  if (readings.length === 0) throw new EspalierError("Attainment is of at least one run; give some frontiers.");
  const budgets = readings[0].length;
  for (const row of readings) {
    if (row.length !== budgets) {
      throw new EspalierError(
        `Runs read at ${budgets} and at ${row.length} budgets have no common bands; read each at the same ones.`,
      );
    }
    if (row.some((value) => value !== null && Number.isNaN(value))) {
      throw new EspalierError("A frontier's divergence is NaN; leave that run out.");
    }
  }
  const columns = Array.from({ length: budgets }, (_, b) =>
    readings.map((row) => row[b] ?? Number.POSITIVE_INFINITY).sort((x, y) => x - y),
  );
  return levels.map((level) => {
    if (!(level > 0 && level <= 1)) {
      throw new EspalierError(`The attainment level ${level} does not exist; give one above 0 and at most 1.`);
    }
    const rank = Math.ceil(level * readings.length - 1e-9) - 1;
    return {
      level,
      divergence: columns.map((column) => (Number.isFinite(column[rank]) ? column[rank] : null)),
    };
  });
}
