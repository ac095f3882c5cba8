/** A whole small study in a process of its own, for tests that kill it: node runStudy.js FOLDER STORAGE NAME */
import path from "node:path";
import { createStudy, samplesData } from "../../src/study/index.js";

/** What every run of the study does. */
export const BUDGETS = [0.1, 0.3, 0.6];
export const SEARCH = { budgets: BUDGETS, epochs: 3, batch: 4, trainedBudgets: [0.1, 0.3, 0.6, 0.9], scouts: 0 };
export const GRID = { singleStep: 12, random: 18, block: 2 };
export const SIZES = { train: 16, validation: 6, test: 6 };

export async function openTiny(folder: string, storage: string | undefined, name: string) {
  const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
  const model = path.join(folder, "model");
  return createStudy({ model, data, name, ...(storage === undefined ? {} : { storage }) });
}

if (process.argv[1]?.endsWith("runStudy.js")) {
  const [folder, storage, name] = process.argv.slice(2);
  const study = await openTiny(folder, storage, name);
  await study.search(SEARCH);
  await study.grid(GRID);
  await study.controls();
  await study.recipes({ names: ["fastv"] });
  await study.compare();
  await study.close();
}
