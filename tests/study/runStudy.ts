/** A whole small study in a process of its own, for tests that kill it: node runStudy.js FOLDER STORAGE NAME [QUEUE] */
import path from "node:path";
import { type EvaluationQueue, openRedisQueue } from "../../src/queue/index.js";
import { createStudy, describeComputing, type Study, samplesData } from "../../src/study/index.js";

/** What every run of the study does. */
export const BUDGETS = [0.1, 0.3, 0.6];
export const SEARCH = { budgets: BUDGETS, epochs: 3, batch: 4, trainedBudgets: [0.1, 0.3, 0.6, 0.9], scouts: 0 };
export const GRID = { singleStep: 12, random: 18, block: 2 };
export const SIZES = { train: 16, validation: 6, test: 6 };

export async function openTiny(
  folder: string,
  storage: string | undefined,
  name: string,
  queue?: string | EvaluationQueue,
) {
  const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
  const model = path.join(folder, "model");
  return createStudy({
    ...{ model, data, name },
    ...(storage === undefined ? {} : { storage }),
    ...(queue === undefined ? {} : { queue }),
  });
}

/** Everything that a study does by default, and a rival. */
export async function wholeStudy(study: Study): Promise<void> {
  await study.search(SEARCH);
  await study.grid(GRID);
  await study.rival("random", { evaluations: 20 });
  await study.controls();
  await study.recipes({ names: ["fastv"] });
  await study.compare();
}

if (process.argv[1]?.endsWith("runStudy.js")) {
  const [folder, storage, name, url] = process.argv.slice(2);
  // A queue that is lost is looked for again more often than by default.
  const queue =
    url === undefined
      ? undefined
      : await openRedisQueue({ url, code: (await describeComputing()).code, sweepMs: 200, onNotice: () => undefined });
  const study = await openTiny(folder, storage, name, queue);
  await wholeStudy(study);
  await study.close();
  await queue?.close();
}
