/** Evaluating a schedule that somebody brings along. */
import { createHash } from "node:crypto";
import { EspalierError } from "../errors.js";
import {
  countsForSample,
  type Schedule,
  type ScheduleFile,
  validateCounts,
  validateShares,
} from "../schedules/index.js";
import type { Pacer } from "../tensor/index.js";
import type { StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { type EvaluationEntry, SERIES } from "./entries.js";
import { evaluateUnpruned } from "./unpruned.js";

/** How reports call a schedule that was brought along. */
export interface StudyEvaluateOptions {
  /** Name of the configuration in reports; default made from the schedule's content. */
  readonly name?: string;
}

/** A schedule for all samples (shares, or counts where all have as many tokens), or a file's content. */
export type ScheduleToEvaluate = Schedule | ScheduleFile;

/** The content of a file that says the same. @throws EspalierError for shares or counts that do not fit the model. */
export function asFile(context: StudyContext, schedule: ScheduleToEvaluate): ScheduleFile {
  if ("samples" in schedule) return schedule;
  if ("shares" in schedule) validateShares(schedule.shares, context.layers);
  else validateCounts(schedule.counts, context.layers);
  return { layers: context.layers, common: schedule, samples: new Map() };
}

/** Evaluates a schedule on the test samples, once per content. */
export async function runEvaluate(
  context: StudyContext,
  schedule: ScheduleToEvaluate,
  options: StudyEvaluateOptions,
  pacer: Pacer,
): Promise<EvaluationEntry> {
  demandSamples(context.data, "test");
  const file = asFile(context, schedule);
  if (file.layers !== context.layers) {
    throw new EspalierError(
      `The schedule has ${file.layers} layers and the model ${context.header.model.name} has ${context.layers}; give one share or count per layer.`,
    );
  }
  const { ids, visual } = context.header.data.test;
  const counts = ids.map((id, s) => countsForSample(file, id, visual[s]));
  const digest = createHash("sha256").update(JSON.stringify(counts)).digest("hex").slice(0, 8);
  const configuration = options.name ?? `schedule-${digest}`;
  const key = { split: "test", series: SERIES.schedule, configuration } as const;
  const known = context.finished(key);
  if (known && JSON.stringify(known.counts) !== JSON.stringify(counts)) {
    throw new EspalierError(
      `The study has evaluated another schedule under the name "${configuration}" already; give this one another name.`,
    );
  }
  context.progress("evaluation", `schedule ${configuration}`, 0, 1);
  const entry = known ?? (await context.evaluate({ ...key, budget: null, counts }, pacer));
  await evaluateUnpruned(context, pacer);
  context.progress("evaluation", `schedule ${configuration}`, 1, 1);
  return entry;
}
