/** What the frontier figure draws: means as points, those of a frontier and the others. */
import {
  type CostUnit,
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergenceInterval,
  GRID_ON_VALIDATION,
  meanKey,
  printable,
  type ResultMean,
  seriesLabel,
} from "../export/index.js";
import { nonDominated } from "../pareto/index.js";

/** What is drawn of a mean. Without `unit` its budget is a bare number. */
export type MeanPoint = Pick<ResultMean, "series" | "configuration" | "budget" | "cost" | "divergence" | "accuracy"> & {
  readonly unit?: ResultMean["unit"];
};

/** Means, and which of them are the frontier. */
export interface MeanPoints {
  readonly means: readonly MeanPoint[];
  readonly frontier: readonly Pick<MeanPoint, "series" | "configuration" | "budget">[];
}

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
  /**
   * By rising cost: what the results list as their frontier, where they list any of the series (it may have been chosen on
   * other samples, so one of its points may dominate another on these); else the points that no other of it dominates.
   */
  readonly frontier: readonly FigurePoint[];
  /** The rest. */
  readonly dominated: readonly FigurePoint[];
}

function budgetText({ budget, unit }: MeanPoint): string {
  return unit === undefined && budget !== null ? String(budget) : formatBudget(budget, unit ?? "normalised");
}

/** The sentence that describes a mean in figures and pages; the same mean, the same sentence. */
export function describeMean(mean: MeanPoint, unit: CostUnit): string {
  const at = mean.budget === null ? printable(mean.configuration) : `budget ${budgetText(mean)}`;
  const accuracy = mean.accuracy === null ? "" : `, accuracy ${formatAccuracyInterval(mean.accuracy)}`;
  const cost = formatCost(mean.cost[unit] ?? Number.NaN, unit);
  const divergence = `divergence ${formatDivergenceInterval(mean.divergence)} nats`;
  return `${seriesLabel(printable(mean.series))}, ${at}: cost ${cost}, ${divergence}${accuracy}`;
}

function toPoint(mean: MeanPoint, unit: CostUnit): FigurePoint | null {
  const cost = mean.cost[unit];
  if (cost === undefined) return null;
  return {
    series: printable(mean.series),
    configuration: printable(mean.configuration),
    budget: budgetText(mean),
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

/** Splits points into those of `front`, by rising cost, and the rest. */
function split(points: readonly FigurePoint[], front: ReadonlySet<FigurePoint>) {
  return {
    frontier: points.filter((point) => front.has(point)).sort((a, b) => a.cost - b.cost || a.divergence - b.divergence),
    dominated: points.filter((point) => !front.has(point)),
  };
}

/** Points that no other dominates in cost and mean divergence (METHOD §9). */
function undominated(points: readonly FigurePoint[]): FigurePoint[] {
  return nonDominated(points.map((point) => [point.cost, point.divergence])).map((i) => points[i]!);
}

/**
 * The series of the results, `search` first, the others as they first appear.
 *
 * @param unit unit of the cost axis; means that do not state it are left out.
 * @param only these series; unless given, all but the reference grid on the samples that it chooses on.
 */
export function figureSeries(results: MeanPoints, unit: CostUnit, only?: readonly string[]): FigureSeries[] {
  const onFrontier = new Set(results.frontier.map(meanKey));
  const groups = new Map<string, MeanPoint[]>();
  for (const mean of results.means) {
    if (only === undefined ? mean.series === GRID_ON_VALIDATION : !only.includes(mean.series)) continue;
    const group = groups.get(mean.series);
    if (group === undefined) groups.set(mean.series, [mean]);
    else group.push(mean);
  }
  const names = [...groups.keys()].sort((a, b) => Number(b === "search") - Number(a === "search"));
  return names.flatMap((name) => {
    const means = groups.get(name)!;
    const drawn = means.flatMap((mean) => {
      const point = toPoint(mean, unit);
      return point === null ? [] : [{ point, listed: onFrontier.has(meanKey(mean)) }];
    });
    if (drawn.length === 0) return [];
    const points = drawn.map(({ point }) => point);
    const listed = drawn.flatMap((one) => (one.listed ? [one.point] : []));
    const front = new Set(listed.length > 0 ? listed : undominated(points));
    const kind = means.every((mean) => mean.budget !== null) ? "curve" : "cloud";
    return [{ name: printable(name), label: seriesLabel(printable(name)), kind, ...split(points, front) } as const];
  });
}
