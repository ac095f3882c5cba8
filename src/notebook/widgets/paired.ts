/** The paired difference of two configurations of results: the same samples, the same resamples (METHOD §9). */
import { EspalierError } from "../../errors.js";
import type { ResultRow } from "../../export/index.js";
import { bootstrapDifference } from "../../statistics/index.js";
import { Random } from "../../tensor/index.js";
import { short } from "./frontierJson.js";
import { idOf } from "./point.js";

/** As the results' own intervals. */
const LEVEL = 0.95;
const RESAMPLES = 10_000;
const SEED = 0;
/** Costs that differ by less than this part are the same. */
const SAME_COST = 1e-6;

/**
 * A difference for each metric that both have.
 *
 * Costs are not matched here: whether they are equal is told, and `study.compare()` brings them together.
 *
 * @param rows of results; @param a, b ids of points.
 * @throws EspalierError for an id without rows, or configurations that were scored on different samples.
 */
export function pairedDifferences(rows: readonly ResultRow[], a: string, b: string): object[] {
  const sides = [a, b].map((id) => {
    const own = rows.filter((row) => idOf(row) === id);
    if (own.length > 0) return new Map(own.map((row) => [row.sample, row]));
    throw new EspalierError(
      `There are no scores of single samples for ${id}, so it cannot be compared in pairs; choose a configuration that was scored on test samples.`,
    );
  }) as [Map<string, ResultRow>, Map<string, ResultRow>];
  const samples = [...sides[0].keys()].filter((sample) => sides[1].has(sample));
  if (samples.length < Math.max(sides[0].size, sides[1].size)) {
    throw new EspalierError(`${a} and ${b} were not scored on the same samples, so they cannot be compared in pairs.`);
  }
  const column = (side: 0 | 1, of: (row: ResultRow) => number) => samples.map((sample) => of(sides[side].get(sample)!));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const costs = ([0, 1] as const).map((side) => mean(column(side, ({ cost }) => cost.normalised))) as [number, number];
  const matched = Math.abs(costs[0] - costs[1]) <= SAME_COST * Math.max(1, Math.abs(costs[0]));
  const hasAccuracy = samples.every((sample) => sides.every((side) => side.get(sample)!.accuracy !== null));
  const metrics = [
    { metric: "divergence", of: (row: ResultRow) => row.divergence, better: "lower" },
    ...(hasAccuracy ? [{ metric: "accuracy", of: (row: ResultRow) => row.accuracy ?? 0, better: "higher" }] : []),
  ];
  return metrics.map(({ metric, of, better }) => {
    const found = bootstrapDifference(column(0, of), column(1, of), {
      random: new Random(SEED),
      resamples: RESAMPLES,
      level: LEVEL,
    });
    const { low, high } = found.interval ?? { low: found.mean, high: found.mean };
    const distinct = found.pValue !== null && found.pValue < 1 - LEVEL;
    const isLess = found.mean < 0;
    const verdict = !distinct ? "not distinguishable" : isLess === (better === "lower") ? "a better" : "b better";
    return {
      a,
      b,
      metric,
      difference: short(found.mean),
      low: short(low),
      high: short(high),
      p: short(found.pValue),
      samples: samples.length,
      matched,
      verdict,
    };
  });
}
