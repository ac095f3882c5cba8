/** What schedules leave of the pictures of some test samples, layer by layer. */
import { EspalierError } from "../errors.js";
import { survival } from "../evaluation/index.js";
import type { GridThw } from "../models/index.js";
import { countsForSample } from "../schedules/index.js";
import type { RgbImage } from "../tasks/index.js";
import type { Pacer } from "../tensor/index.js";
import type { StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { asFile, type ScheduleToEvaluate } from "./evaluateRun.js";

/** Of how many pictures survival is told. */
export interface StudySurvivalOptions {
  /** How many test samples, those at first in the data's order; default 8. */
  readonly samples?: number;
}

/** The first picture of a sample, and when each of its visual tokens goes. */
export interface PictureSurvival {
  /** The sample's id. */
  readonly id: string;
  readonly picture: RgbImage;
  /** Of the visual tokens, which lie in reading order. */
  readonly rows: number;
  readonly columns: number;
  /** [rows · columns]: the first layer that does not see the token; the number of layers where all do. */
  readonly lost: Uint16Array;
}

const DEFAULT_SAMPLES = 8;

/**
 * Runs schedules on the first test samples that have a picture at hand.
 *
 * @returns by schedule, by sample.
 * @throws EspalierError where none has, and for a schedule that does not fit; Stopped.
 */
export async function runSurvival(
  context: StudyContext,
  schedules: readonly ScheduleToEvaluate[],
  { samples: most = DEFAULT_SAMPLES }: StudySurvivalOptions,
  pacer: Pacer,
): Promise<PictureSurvival[][]> {
  demandSamples(context.data, "test");
  const { model } = context.studyModel;
  const files = schedules.map((schedule) => asFile(context, schedule));
  const chosen = context.data.test.filter(({ pictures, gridThw }) => pictures !== undefined && gridThw.length > 0);
  if (chosen.length === 0) {
    throw new EspalierError(
      "No test sample has its picture at hand, as samples that were encoded elsewhere; use data with pictures.",
    );
  }
  const members = chosen.slice(0, Math.max(1, Math.floor(most)));
  const prepared = await context.prepare(members, "pictures", pacer);
  try {
    const pictures = await Promise.all(members.map(({ pictures }) => pictures!()));
    const found: PictureSurvival[][] = [];
    for (const file of files) {
      const counts = prepared.samples.map(({ id, tokens }) => countsForSample(file, id, tokens.visual));
      const lost = await survival(prepared, counts, pacer);
      const own = members.map(({ id, gridThw }, s) => {
        const { rows, columns } = model.visualGrid(gridThw[0] as GridThw);
        return { id, picture: pictures[s]![0]!, rows, columns, lost: lost[s]!.slice(0, rows * columns) };
      });
      found.push(own);
    }
    return found;
  } finally {
    prepared.dispose();
  }
}
