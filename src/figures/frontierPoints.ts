/** What the frontier figure draws: means as points, told apart by dominance in the axes that are drawn. */
import {
  type CostUnit,
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergenceInterval,
  printable,
  type ResultMean,
  type ResultsHead,
  seriesLabel,
} from "../export/index.js";
import { nonDominated } from "../pareto/index.js";

/** A mean as a flat record, as it stands in the specification's data. */
export interface FigurePoint {
  readonly series: string;
  readonly configuration: string;
  readonly budget: string;
  readonly cost: number;
  readonly divergence: number;
  readonly divergenceLow: number;
  readonly divergenceHigh: number;
  readonly accuracy: number | null;
  readonly accuracyLow: number | null;
  readonly accuracyHigh: number | null;
  /** One sentence for a tooltip and for a screen reader. */
  readonly description: string;
}

/** One series of the figure. */
export interface FigureSeries {
  readonly name: string;
  readonly label: string;
  /** A curve's points were asked for by budget; a cloud's were not, and only what it dominates is known between them. */
  readonly kind: "curve" | "cloud";
  /** Points that no other of the series dominates, by rising cost. */
  readonly frontier: readonly FigurePoint[];
  readonly dominated: readonly FigurePoint[];
}

/** The sentence that describes a mean in figures and pages; the same mean, the same sentence. */
export function describeMean(mean: ResultMean, unit: CostUnit): string {
  const at = mean.budget === null ? printable(mean.configuration) : `budget ${formatBudget(mean.budget, mean.unit)}`;
  const accuracy = mean.accuracy === null ? "" : `, accuracy ${formatAccuracyInterval(mean.accuracy)}`;
  const cost = formatCost(mean.cost[unit] ?? Number.NaN, unit);
  const divergence = `divergence ${formatDivergenceInterval(mean.divergence)} nats`;
  return `${seriesLabel(printable(mean.series))}, ${at}: cost ${cost}, ${divergence}${accuracy}`;
}

function toPoint(mean: ResultMean, unit: CostUnit): FigurePoint | null {
  const cost = mean.cost[unit];
  if (cost === undefined) return null;
  return {
    series: printable(mean.series),
    configuration: printable(mean.configuration),
    budget: formatBudget(mean.budget, mean.unit),
    cost,
    divergence: mean.divergence.mean,
    divergenceLow: mean.divergence.low,
    divergenceHigh: mean.divergence.high,
    accuracy: mean.accuracy?.mean ?? null,
    accuracyLow: mean.accuracy?.low ?? null,
    accuracyHigh: mean.accuracy?.high ?? null,
    description: describeMean(mean, unit),
  };
}

/** Splits points into those no other dominates (cost and mean divergence, METHOD §9), by rising cost, and the rest. */
function splitByDominance(points: readonly FigurePoint[]): { frontier: FigurePoint[]; dominated: FigurePoint[] } {
  const front = new Set(nonDominated(points.map((point) => [point.cost, point.divergence])));
  return {
    frontier: points.filter((_, i) => front.has(i)).sort((a, b) => a.cost - b.cost || a.divergence - b.divergence),
    dominated: points.filter((_, i) => !front.has(i)),
  };
}

/**
 * The series of the results, `search` first, the others as they first appear.
 *
 * @param unit unit of the cost axis; means that do not state it are left out.
 * @param only these series; all of them unless given.
 */
export function figureSeries(results: ResultsHead, unit: CostUnit, only?: readonly string[]): FigureSeries[] {
  const groups = new Map<string, ResultMean[]>();
  for (const mean of results.means) {
    if (only !== undefined && !only.includes(mean.series)) continue;
    const group = groups.get(mean.series);
    if (group === undefined) groups.set(mean.series, [mean]);
    else group.push(mean);
  }
  const names = [...groups.keys()].sort((a, b) => Number(b === "search") - Number(a === "search"));
  return names.flatMap((name) => {
    const means = groups.get(name)!;
    const points = means.map((mean) => toPoint(mean, unit)).filter((point) => point !== null);
    if (points.length === 0) return [];
    const kind = means.every((mean) => mean.budget !== null) ? "curve" : "cloud";
    return [{ name: printable(name), label: seriesLabel(printable(name)), kind, ...splitByDominance(points) } as const];
  });
}
