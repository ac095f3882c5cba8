/**
 * Controls at the search's own cost (METHOD §8): the same counts with other tokens (random, uniform stride), and the whole
 * model with fewer visual tokens.
 */
import { EspalierError } from "../errors.js";
import type { Pacer } from "../tensor/index.js";
import type { StudyContext } from "./context.js";
import { SERIES } from "./entries.js";
import { PICTURE_CONTROLS, runPictureControl } from "./pictureControls/index.js";
import { evaluations } from "./reading.js";
import { configurationAt } from "./searchRun.js";

/** At which budgets controls are run. */
export interface StudyControlsOptions {
  /** Budgets that the search has been evaluated at, in the study's unit; default all of them. */
  readonly budgets?: readonly number[];
}

const SELECTOR_CONTROLS = [
  { series: SERIES.random, name: "random" },
  { series: SERIES.uniformStride, name: "uniformStride" },
] as const;

/** Evaluates every control at every budget that is not in the journal yet. */
export async function runControls(context: StudyContext, options: StudyControlsOptions, pacer: Pacer): Promise<void> {
  const searched = evaluations(context.entries, "test", SERIES.search);
  const wanted = options.budgets ?? searched.flatMap(({ budget }) => (budget === null ? [] : [budget]));
  const rows = wanted.map((budget) => {
    const found = searched.find((entry) => entry.budget === budget);
    if (found) return { budget, entry: found };
    throw new EspalierError(
      `Controls run at the counts of the search, which has not been evaluated at the budget ${budget}; search at it first.`,
    );
  });
  const ofPictures = PICTURE_CONTROLS.filter((control) => control.applies(context));
  const total = rows.length * (SELECTOR_CONTROLS.length + ofPictures.length);
  let done = 0;
  for (const { series, name } of SELECTOR_CONTROLS) {
    if (context.selector.name === name) continue;
    for (const { budget, entry } of rows) {
      context.progress("controls", `control ${name}`, done++, total);
      const key = { split: "test", series, configuration: configurationAt(series, budget) } as const;
      if (context.finished(key)) continue;
      await context.evaluate({ ...key, budget, counts: entry.counts }, pacer, name);
    }
  }
  for (const control of ofPictures) {
    for (const { budget } of rows) {
      context.progress("controls", control.title, done++, total);
      const configuration = configurationAt(control.series, budget);
      if (context.finished({ split: "test", series: control.series, configuration })) continue;
      const entry = await runPictureControl(context, control, budget, configuration, pacer);
      if (entry !== null) context.remember(entry);
    }
  }
  context.progress("controls", "controls", total, total);
}
