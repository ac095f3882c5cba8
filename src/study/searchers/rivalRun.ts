/** Rival searchers by name, with the budget of evaluations that they are given. */
import { EspalierError } from "../../errors.js";
import { type SearcherMethod, searcherMethod } from "../../search/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { StudyContext } from "../context.js";
import { SERIES, searcherSeries } from "../entries.js";
import { kernelLabel } from "../training.js";
import { runSearcher } from "./run.js";

/** What a rival searcher may spend. */
export interface StudyRivalOptions {
  /** Schedules that may be measured on all validation samples, or their equal in parts; default 200. */
  readonly evaluations?: number;
  /** Default the study's; another one is a series of its own. */
  readonly seed?: number;
}

/** Samples walked together, and lost at most when a process is killed. */
const BLOCK = 16;
const EVALUATIONS = 200;

/**
 * Runs a searcher, or goes on with it.
 *
 * @param rival a name of `SEARCHERS`, or a searcher of one's own.
 * @throws EspalierError for an unknown name, evaluations that are no whole number above 0, and settings other than those that it
 *   was begun with; Stopped.
 */
export async function runRival(
  context: StudyContext,
  rival: string | SearcherMethod,
  options: StudyRivalOptions,
  pacer: Pacer,
): Promise<void> {
  const method = typeof rival === "string" ? searcherMethod(rival) : rival;
  const { evaluations = EVALUATIONS, seed = context.settings.seed } = options;
  if (method.name === SERIES.grid) {
    throw new EspalierError("The grid measures every one of its schedules; run it with grid(), not as a rival.");
  }
  if (!Number.isSafeInteger(evaluations) || evaluations < 1) {
    throw new EspalierError(`${method.title} was given ${evaluations} evaluations; give a whole number from 1 up.`);
  }
  const series = searcherSeries(method.name, seed, context.settings.seed);
  const settings = { evaluations, space: kernelLabel(context.kernel) };
  await runSearcher(context, { method, series, seed, evaluations, settings, block: BLOCK }, pacer);
}
