/** Schedules as the widgets show them, of whatever says how much is kept at each layer. */
import { EspalierError } from "../../errors.js";
import type { CostUnit, ResultMean } from "../../export/index.js";
import { type Schedule, type ScheduleFile, sharesFromCounts } from "../../schedules/index.js";
import type { BestSchedule } from "../../study/index.js";
import { short } from "./frontierJson.js";
import { clean, idOf, pointOfMean, type WidgetPoint } from "./point.js";

type PointLike = Omit<WidgetPoint, "listed" | "tasks">;

/** Whatever says how much is kept at each layer: what studies give, what the frontier widget gives, or shares alone. */
export type ShowableSchedule =
  | BestSchedule
  | ResultMean
  | PointLike
  | Pick<ScheduleFile, "common" | "samples">
  | Schedule;

/** A schedule, and what is known of it. */
export interface ShownSchedule {
  /** The configuration's id on the frontier, or a name of its own. */
  readonly id: string;
  readonly label: string;
  /** [L] */
  readonly shares: readonly number[];
  /** In the unit that was asked for. */
  readonly cost: number | null;
  readonly divergence: number | null;
  readonly accuracy: number | null;
}

/** As it stands in the data. */
export function scheduleRow({ id, label, shares, cost, divergence, accuracy }: ShownSchedule): object {
  return {
    id,
    label: clean(label),
    shares: shares.map((share) => Math.min(1, Math.max(0, Number(share.toFixed(6))))),
    cost: short(cost),
    divergence: short(divergence),
    accuracy: short(accuracy),
  };
}

/** @param unit of its cost. @throws EspalierError where it holds no schedule. */
export function shownSchedule(given: ShowableSchedule, unit: CostUnit): ShownSchedule {
  if ("point" in given) return shownSchedule(given.mean, unit);
  if ("meanCounts" in given) return shownPoint(pointOfMean(given, false), unit);
  if ("divergence" in given) return shownPoint(given, unit);
  if ("common" in given) {
    if (given.common !== null) return shownSchedule(given.common, unit);
    const rows = [...given.samples.values()].map(sharesOf);
    if (rows.length === 0) throw new EspalierError("This file holds no schedule; give one that does.");
    const mean = rows[0]!.map((_, layer) => rows.reduce((sum, row) => sum + row[layer]!, 0) / rows.length);
    return bare("mean of the samples' own", mean);
  }
  return bare("schedule", sharesOf(given));
}

/** @param unit of its cost, which has none where the point does not state it. @throws EspalierError without shares. */
export function shownPoint(point: PointLike, unit: CostUnit): ShownSchedule {
  const { configuration, shares, cost, divergence, accuracy } = point;
  if (shares === null) {
    throw new EspalierError(
      `The kept shares of ${configuration} are not known; take it from results or a study, not from points alone.`,
    );
  }
  return {
    id: idOf(point),
    label: configuration,
    shares,
    cost: cost[unit] ?? null,
    divergence: divergence.mean,
    accuracy: accuracy?.mean ?? null,
  };
}

function bare(label: string, shares: readonly number[]): ShownSchedule {
  return { id: label, label, shares, cost: null, divergence: null, accuracy: null };
}

function sharesOf(schedule: Schedule): readonly number[] {
  return "shares" in schedule ? schedule.shares : sharesFromCounts(schedule.counts, schedule.counts[0] ?? 0);
}

/** Gives each its own id. */
export function distinct(schedules: readonly ShownSchedule[]): ShownSchedule[] {
  const seen = new Map<string, number>();
  return schedules.map((one) => {
    const times = (seen.get(one.id) ?? 0) + 1;
    seen.set(one.id, times);
    return times === 1 ? one : { ...one, id: `${one.id} (${times})`, label: `${one.label} (${times})` };
  });
}
