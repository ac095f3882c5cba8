/** A configuration as the widgets show it: of results, of a frontier, or of a study that is still at work. */
import { LIMITS, pointId } from "../../../labextension/src/data/index.js";
import {
  type FrontierPoint,
  type Interval,
  printable,
  type ResultCost,
  type ResultMean,
  type Results,
} from "../../export/index.js";
import { sharesFromCounts } from "../../schedules/index.js";
import type { StudyEvents } from "../../study/index.js";

/** A mean; its interval where it is known already. */
export interface WidgetValue {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface WidgetPoint {
  readonly series: string;
  readonly configuration: string;
  readonly budget: number | null;
  readonly cost: ResultCost;
  readonly divergence: WidgetValue;
  readonly accuracy: WidgetValue | null;
  /** Accuracy by task, where there are several; null where unknown. */
  readonly tasks: ReadonlyMap<string, number> | null;
  /** [L] Kept at each layer, mean over samples; null where unknown. */
  readonly shares: readonly number[] | null;
  /** Whether the results list it as their frontier. */
  readonly listed: boolean;
}

/** Of a study's search, chosen on and not reported: shown while the test samples are not evaluated. */
export const ON_VALIDATION = "search on validation";

export function pointOfMean(mean: ResultMean | FrontierPoint, listed: boolean): WidgetPoint {
  const { series, configuration, budget, cost, divergence, accuracy } = mean;
  const shares = "meanCounts" in mean ? sharesFromCounts(mean.meanCounts, mean.visualTokens) : null;
  return { series, configuration, budget, cost, divergence: { ...divergence }, accuracy, tasks: null, shares, listed };
}

export function pointOfEvaluation(evaluation: StudyEvents["evaluation"]): WidgetPoint {
  const { split, series, configuration, budget, costs, divergence, accuracy, taskAccuracy, shares } = evaluation;
  const known = (mean: number | null): WidgetValue | null => (mean === null ? null : { mean, low: null, high: null });
  return {
    series: split === "test" ? series : ON_VALIDATION,
    configuration,
    budget,
    cost: { ...costs },
    divergence: known(divergence)!,
    // Validation samples are scored in another way.
    accuracy: split === "test" ? known(accuracy) : null,
    tasks: split === "test" && taskAccuracy.size > 0 ? taskAccuracy : null,
    shares,
    listed: false,
  };
}

/** Every mean of results, the frontier's marked. */
export function pointsOfResults({ means, frontier }: Pick<Results, "means" | "frontier">): WidgetPoint[] {
  const key = ({ series, configuration }: { series: string; configuration: string }) => `${series}/${configuration}`;
  const listed = new Set(frontier.map(key));
  return means.map((mean) => pointOfMean(mean, listed.has(key(mean))));
}

/** What the widgets name a point by. */
export function idOf({ series, configuration }: Pick<WidgetPoint, "series" | "configuration">): string {
  return pointId(clean(series), clean(configuration));
}

/** As the widgets take names: visible, and no longer than they read. */
export function clean(text: string): string {
  return printable(text).slice(0, LIMITS.name);
}

/** Whether an interval is stated. */
export function hasInterval(value: WidgetValue | null): value is Interval {
  return value !== null && value.low !== null && value.high !== null;
}
