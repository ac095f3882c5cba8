/**
 * One search for each of three architectures and three selectors on tiny random checkpoints, 4 layers of width 32: nats of the
 * schedule found at a budget, beside the best single cut of the same executed cost.
 *
 *     node dist/tests/bench/architectures.js          prints JSON
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createStudy, samplesData } from "../../src/study/index.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { TINY_ARCHITECTURES } from "../study/tinyArchitectures.js";

const BUDGET = 0.5;
const SIZES = { train: 64, validation: 32, test: 64 };
const SEARCH = { budgets: [BUDGET], epochs: 6 };
const GRID = { singleStep: 60, random: 0, block: 8 };
export const SELECTORS = ["fastv", "sparsevlm", "fitprune"] as const;

export interface ArchitecturesBench {
  readonly budget: number;
  readonly cells: readonly {
    readonly architecture: string;
    readonly selector: string;
    /** Nats over the test samples, with their interval; the best single cut's, or null where none fits the budget. */
    readonly search: number;
    readonly low: number;
    readonly high: number;
    readonly singleCut: number | null;
  }[];
}

export async function benchArchitectures(): Promise<ArchitecturesBench> {
  const folder = temporaryFolder();
  const cells = [];
  try {
    for (const architecture of Object.keys(TINY_ARCHITECTURES) as (keyof typeof TINY_ARCHITECTURES)[]) {
      const files = await writeTiny(path.join(folder, architecture), SIZES, architecture);
      const data = await samplesData(files.samples, { sizes: SIZES });
      for (const selector of SELECTORS) {
        const name = `${architecture}-${selector}`;
        const study = await createStudy({ name, storage: folder, model: files.model, data, selector });
        try {
          await study.search(SEARCH);
          await study.grid(GRID);
          const { means } = await study.results();
          const found = means.find(({ series }) => series === "search")!.divergence;
          const cuts = means.filter(({ series, cost }) => series === "grid" && cost.normalised <= BUDGET + 1e-9);
          const singleCut = cuts.length === 0 ? null : Math.min(...cuts.map(({ divergence }) => divergence.mean));
          cells.push({ architecture, selector, search: found.mean, low: found.low, high: found.high, singleCut });
        } finally {
          await study.close();
        }
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return { budget: BUDGET, cells };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchArchitectures(), null, 2));
}
