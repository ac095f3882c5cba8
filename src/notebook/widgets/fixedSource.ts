/** Results, or points, as they are: a file that was read, or what a study gave. */
import { EspalierError } from "../../errors.js";
import { type FrontierPoint, modelLabel, type Results } from "../../export/index.js";
import type { FrontierConstraint, FrontierHead } from "./frontierJson.js";
import { pointOfMean, pointsOfResults } from "./point.js";
import type { FrontierSource } from "./source.js";

/** Layer-forwards that a series took, as far as results tell them apart. */
export function searchCosts({ layerForwards }: Pick<Results, "layerForwards">): Map<string, number> {
  const costs = new Map<string, number>();
  for (const [part, forwards] of Object.entries(layerForwards)) {
    if (part === "grid" || part.startsWith("search")) costs.set(part, forwards);
  }
  const own = costs.get("search");
  // A search's choice among its configurations is part of it.
  if (own !== undefined) costs.set("search", own + (layerForwards["validation evaluation"] ?? 0));
  return costs;
}

/** What stands above the figure of results. */
export function headOfResults(
  results: Results,
  constraints: readonly FrontierConstraint[],
  code: string,
): FrontierHead {
  const { model, data, selector, kernelFunction, intervals } = results;
  return {
    title: `${modelLabel(model)} on ${data.name}`,
    subtitle: `${data.samples.toLocaleString("en")} samples · selector ${selector} · kernel function ${kernelFunction} · ${Math.round(intervals.level * 100)}% intervals`,
    unit: results.budgetUnit,
    accuracyMetric: results.accuracyMetric,
    unprunedAccuracy: results.unpruned?.accuracy?.mean ?? null,
    tasks: [],
    searchCosts: searchCosts(results),
    comparisons: results.comparisons,
    hypervolume: null,
    constraints,
    code,
  };
}

/** A frontier is not longer; more points than that are a cloud, of which the best are the frontier. */
const MOST_LISTED = 200;

/** @throws EspalierError where there is no point. */
export function fixedSource(
  given: Results | readonly FrontierPoint[],
  constraints: readonly FrontierConstraint[],
  code: string,
): FrontierSource {
  const results = "means" in given ? given : null;
  const alone = results === null ? (given as readonly FrontierPoint[]) : [];
  const points =
    results === null ? alone.map((point) => pointOfMean(point, alone.length <= MOST_LISTED)) : pointsOfResults(results);
  if (points.length === 0) {
    throw new EspalierError("There is no configuration to show; evaluate one first, by study.search() for example.");
  }
  const head: FrontierHead =
    results === null
      ? {
          title: "",
          subtitle: "",
          unit: "normalised",
          accuracyMetric: points.some(({ accuracy }) => accuracy !== null) ? "accuracy" : null,
          unprunedAccuracy: null,
          tasks: [],
          searchCosts: new Map(),
          comparisons: [],
          hypervolume: null,
          constraints,
          code,
        }
      : headOfResults(results, constraints, code);
  return {
    study: null,
    head: () => head,
    points: () => points,
    status: () => ({ running: null, progress: null }),
    results: async () => results,
    refresh: async () => {},
    on: () => () => {},
  };
}
