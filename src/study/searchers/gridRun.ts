/** The reference grid: every configuration on the validation samples, and those that it chooses on the test samples. */
import { EspalierError } from "../../errors.js";
import { GRID_SEED, type GridOptions, gridSearch } from "../../search/index.js";
import type { Pacer } from "../../tensor/index.js";
import type { StudyContext } from "../context.js";
import { SERIES } from "../entries.js";
import { runSearcher } from "./run.js";

/** Which reference grid is measured, and in what portions. */
export interface StudyGridOptions extends GridOptions {
  /** Samples walked together, and lost at most when a process is killed; default 16. */
  readonly block?: number;
}

/** Evaluates what of the grid is not in the journal yet. */
export async function runGrid(context: StudyContext, options: StudyGridOptions, pacer: Pacer): Promise<void> {
  const { singleStep = 200, random = 500, seed = GRID_SEED, block = 16 } = options;
  const method = gridSearch({ singleStep, random });
  if (!Number.isSafeInteger(block) || block < 1) {
    throw new EspalierError(`The grid's blocks were asked to have ${block} samples; give a whole number from 1 up.`);
  }
  const evaluations = singleStep + random;
  const settings = { singleStep, random, block };
  await runSearcher(context, { method, series: SERIES.grid, seed, evaluations, settings, block }, pacer);
}
