/** Which of a bundle's evaluations are run again, and whether they come out as they did. */
import type { ScheduleFile } from "../../schedules/index.js";
import { type EvaluationEntry, SERIES } from "../../study/index.js";
import type { ResultRow } from "../results.js";
import { Differences, type Tolerance } from "./compare.js";
import type { JournalContents } from "./journalContents.js";
import type { Check } from "./verify.js";

/** Other arithmetic rounds the model's numbers differently: far more than it does a mean. */
export const RERUN_TOLERANCE: Tolerance = { relative: 1e-3, absolute: 1e-5 };

/** Series whose tokens another selector than the study's ranks. */
const SELECTORS: Readonly<Record<string, string>> = {
  [SERIES.random]: "random",
  [SERIES.uniformStride]: "uniformStride",
};

/** Series that are not run again: their pictures are smaller, or they exist for a comparison alone. */
const LEFT_OUT: readonly string[] = [SERIES.downsampled, SERIES.pooled, SERIES.matched];

/** An evaluation that is run again, and by which selector. */
export interface Rerun {
  /** As the journal has it. */
  readonly entry: EvaluationEntry;
  /** The study's, or that of a control. */
  readonly selector: string;
}

/**
 * Chooses the evaluations on test samples that are run again with the model.
 *
 * @param journal of a verified bundle, for example.
 * @param most how many, spread evenly over all in the journal's order; all where there are fewer.
 * @returns by selector, and how many could have been chosen.
 *
 * @example
 * for (const journal of verification.journals.values()) {
 *   const { chosen, of } = chooseReruns(journal, 5); // at most five of all
 *   console.log(of, chosen.map(({ entry, selector }) => [entry.configuration, selector]));
 * }
 */
export function chooseReruns({ header, entries }: JournalContents, most: number): { chosen: Rerun[]; of: number } {
  const all = entries.filter(
    (entry): entry is EvaluationEntry =>
      entry.kind === "evaluation" && entry.split === "test" && !LEFT_OUT.includes(entry.series),
  );
  const count = Math.min(most, all.length);
  const indices = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (all.length - 1)) / (count - 1)),
  );
  const chosen = indices.map((i) => ({
    entry: all[i],
    selector: Object.hasOwn(SELECTORS, all[i].series) ? SELECTORS[all[i].series] : header.settings.selector,
  }));
  return {
    chosen: chosen.sort((a, b) => (a.selector < b.selector ? -1 : a.selector > b.selector ? 1 : 0)),
    of: all.length,
  };
}

/**
 * The schedule of an evaluation, sample by sample.
 *
 * @param journal that it is in. @param entry the evaluation, on test samples.
 * @returns what `study.evaluate` takes.
 *
 * @example
 * const [{ entry }] = chooseReruns(journal, 1).chosen;
 * await study.evaluate(rerunSchedule(journal, entry), { name: "again" });
 */
export function rerunSchedule({ header }: JournalContents, { counts }: EvaluationEntry): ScheduleFile {
  const { ids } = header.data.test;
  return {
    layers: header.model.shape.layers,
    common: null,
    samples: new Map(ids.map((id, s) => [id, { counts: counts[s] }])),
  };
}

/**
 * Compares divergences with those of the evaluation that was run again.
 *
 * @param journal that the evaluation is in.
 * @param entry the evaluation as it was.
 * @param rows of the one that was run again, in any order.
 * @param tolerance default 1e-3 relative and 1e-5 nats: other arithmetic rounds a model's numbers differently.
 * @returns "differs" also where a sample is missing.
 *
 * @example
 * const [{ entry }] = chooseReruns(journal, 1).chosen;
 * await study.evaluate(rerunSchedule(journal, entry), { name: "again" });
 * const again = (await study.results()).rows.filter(({ configuration }) => configuration === "again");
 * const { verdict } = compareRerun(journal, entry, again);
 */
export function compareRerun(
  { header }: JournalContents,
  entry: EvaluationEntry,
  rows: readonly ResultRow[],
  { relative, absolute }: Tolerance = RERUN_TOLERANCE,
): Check {
  const found = new Differences();
  const again = new Map(rows.map(({ sample, divergence }) => [sample, divergence]));
  for (const [s, id] of header.data.test.ids.entries()) {
    const [there, here] = [entry.divergence[s], again.get(id)];
    if (here === there) continue;
    if (here === undefined) found.add(`sample ${id}: not among the samples here`);
    else if (Math.abs(there - here) <= absolute + relative * Math.max(Math.abs(there), Math.abs(here)))
      found.tolerate();
    else found.add(`sample ${id}: divergence ${there} in the bundle, ${here} here`);
  }
  return { what: `${entry.series}, ${entry.configuration}`, ...found.outcome };
}
