/** Schedules: a schedule file's content, and what `study.best()` gives. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { sparkline } from "../../export/index.js";
import { sharesSpecification } from "../../figures/index.js";
import { type Schedule, type ScheduleFile, sharesFromCounts } from "../../schedules/index.js";
import { figureBundle } from "./figure.js";
import { isMean, meanBundle } from "./mean.js";
import { fieldsOf, isArrayOf, isNumber } from "./shape.js";

type Schedules = Pick<ScheduleFile, "common" | "samples">;

export const schedule: Representation = (value) => {
  if (!isSchedules(value)) return undefined;
  const own = [...value.samples.values()].map(sharesOf);
  const shares = value.common === null ? meanOf(own) : sharesOf(value.common);
  if (shares === undefined) return undefined;
  const title =
    value.common === null
      ? "Visual tokens kept at each layer, mean of the samples' own schedules"
      : "Visual tokens kept at each layer";
  const text = `Schedule: ${sharesText(shares)}\n${samplesText(value)}`;
  return figureBundle(sharesSpecification(shares, { title }), text);
};

export const best: Representation = (value) => {
  const fields = fieldsOf(value, ["point", "mean", "schedule"]);
  if (fields === undefined || !isMean(fields.mean) || !isSchedules(fields.schedule)) return undefined;
  return meanBundle(fields.mean, samplesText(fields.schedule));
};

function sharesText(shares: readonly number[]): string {
  return `kept per layer ${sparkline(shares, { width: 64 })}  ${shares.map((share) => `${Number((share * 100).toFixed(1))}%`).join(" ")}`;
}

function samplesText({ common, samples }: Schedules): string {
  const { size } = samples;
  if (size === 0) return "One schedule for every sample.\n";
  const others = common === null ? "" : ", and one for all others";
  return `${size.toLocaleString("en")} ${size === 1 ? "sample has a schedule of its own" : "samples have schedules of their own"}${others}.\n`;
}

function sharesOf(schedule: Schedule): readonly number[] {
  return "shares" in schedule ? schedule.shares : sharesFromCounts(schedule.counts, schedule.counts[0] ?? 0);
}

function meanOf(rows: readonly (readonly number[])[]): readonly number[] | undefined {
  return rows[0]?.map((_, layer) => rows.reduce((sum, row) => sum + (row[layer] ?? 0), 0) / rows.length);
}

function isSchedules(value: unknown): value is Schedules {
  const fields = fieldsOf(value, ["common", "samples"]);
  if (fields === undefined || !(fields.samples instanceof Map)) return false;
  return (fields.common === null || isSchedule(fields.common)) && [...fields.samples.values()].every(isSchedule);
}

function isSchedule(value: unknown): value is Schedule {
  const { shares } = fieldsOf(value, ["shares"]) ?? {};
  const { counts } = fieldsOf(value, ["counts"]) ?? {};
  const row = shares ?? counts;
  return Array.isArray(row) && row.length > 0 && isArrayOf(row, isNumber);
}
