/** How a search's frontier grew with the work that went into it. */
import { type CostedPoint, normalisedHypervolume } from "../pareto/index.js";
import { meanOf } from "./context.js";
import { type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
import { costOf, meanNormalisedCost } from "./reading.js";

/** One entry for each configuration of the search that was scored on test samples. */
export interface HypervolumeCurve {
  /** Layer-forwards of everything until then: teacher, training, evaluations (METHOD §8). */
  readonly layerForwards: readonly number[];
  /** Normalised, 0 … 1 (METHOD §9). */
  readonly hypervolume: readonly number[];
}

/** Configurations on the curve at most: each is measured with all before it. */
const MOST = 200;

/** Null while the divergence at budget 0 is not known, or is 0 and there is nothing to win. */
export function hypervolumeCurve(entries: readonly JournalEntry[], header: HeaderEntry): HypervolumeCurve | null {
  const unpruned = entries.find((entry) => entry.kind === "unpruned");
  const atZero = unpruned === undefined ? 0 : meanOf(unpruned.floorDivergence);
  if (!(atZero > 0)) return null;
  const cost = costOf(header);
  const points: CostedPoint[] = [];
  const layerForwards: number[] = [];
  const values: number[] = [];
  let work = 0;
  for (const entry of entries) {
    if ("layerForwards" in entry) work += entry.layerForwards;
    if (entry.kind !== "evaluation" || entry.split !== "test" || entry.series !== SERIES.search) continue;
    points.push({ cost: meanNormalisedCost(entry, header, cost), divergence: meanOf(entry.divergence) });
    if (points.length > MOST) break;
    layerForwards.push(work);
    values.push(normalisedHypervolume(points, atZero));
  }
  return points.length === 0 ? null : { layerForwards, hypervolume: values };
}
