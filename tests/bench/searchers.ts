/**
 * Every searcher at what its search costs, on the embedded model: layer-forwards (METHOD §8), the hypervolume that it reaches on
 * test samples, and how it grew on validation samples; over five seeds, with attainment bands.
 *
 *     node dist/tests/bench/searchers.js [samples] [evaluations] [folder]
 *         default 128 a split and 200; prints JSON; about half an hour on two cores. With a folder, studies are kept there and a
 *         run that was stopped goes on.
 */
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { Processor } from "../../src/checkpoint/index.js";
import type { Comparison, ResultSearcher } from "../../src/export/index.js";
import { attainmentBands } from "../../src/pareto/index.js";
import { SEARCHERS } from "../../src/search/index.js";
import { createStudy, EMBEDDED_DIRECTORY, embeddedData } from "../../src/study/index.js";
import { temporaryFolder } from "../study/tiny.js";

const SEEDS = [0, 1, 2, 3, 4];
/** Those that draw nothing are run once. */
const UNSEEDED: readonly string[] = ["additive", "raced"];
const RIVALS = Object.keys(SEARCHERS).filter((name) => name !== "grid");
/** Of the grid's hypervolume, which a search is to reach. */
const REACHED = 0.99;
const BUDGETS = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);
/** Budgets at which bands are printed. */
const BANDS_AT = [0.1, 0.2, 0.3, 0.5];

export interface SearcherRow {
  readonly name: string;
  readonly title: string;
  readonly runs: number;
  readonly layerForwards: number;
  /** Test samples: median, least and most over the runs. */
  readonly hypervolume: readonly [median: number, low: number, high: number];
  /** Validation samples, median over the runs: what it had reached when it had spent as much as the search. */
  readonly atSearchCost: number;
  /** Layer-forwards to `REACHED` of the grid's hypervolume on validation samples, median; null where half of the runs do not. */
  readonly toReach: number | null;
  /** Attainment at `BANDS_AT`, nats on test samples: quartiles over the runs; null where nothing is cheap enough. */
  readonly bands: readonly { readonly level: number; readonly divergence: readonly (number | null)[] }[];
}

export interface SearchersBench {
  readonly samples: number;
  readonly evaluations: number;
  readonly seeds: number;
  readonly reached: number;
  readonly bandsAt: readonly number[];
  readonly rows: readonly SearcherRow[];
  /** Multi-step against single-step schedules at matched cost, seed 0. */
  readonly multiStep: readonly Comparison[];
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The hypervolume that a curve has at a number of layer-forwards; 0 before its first. */
function valueAt({ layerForwards, hypervolume }: ResultSearcher["curve"], work: number): number {
  return hypervolume[layerForwards.findLastIndex((spent) => spent <= work)] ?? 0;
}

/** The layer-forwards with which a curve first reaches a hypervolume; Infinity where it never does. */
function workTo({ layerForwards, hypervolume }: ResultSearcher["curve"], wanted: number): number {
  return layerForwards[hypervolume.findIndex((value) => value >= wanted)] ?? Number.POSITIVE_INFINITY;
}

function summarise(name: string, runs: readonly ResultSearcher[], searchCost: number, wanted: number): SearcherRow {
  const scored = runs.map(({ hypervolume }) => hypervolume ?? 0);
  const toReach = median(runs.map(({ curve }) => workTo(curve, wanted)));
  const { budgets } = runs[0].reading!;
  const bands = attainmentBands(runs.map(({ reading }) => reading!.divergence));
  return {
    name,
    title: runs[0].title,
    runs: runs.length,
    layerForwards: median(runs.map(({ layerForwards }) => layerForwards)),
    hypervolume: [median(scored), Math.min(...scored), Math.max(...scored)],
    atSearchCost: median(runs.map(({ curve }) => valueAt(curve, searchCost))),
    toReach: Number.isFinite(toReach) ? toReach : null,
    bands: bands.map(({ level, divergence }) => ({
      level,
      divergence: BANDS_AT.map(
        (budget) => divergence[budgets.findIndex((one) => Math.abs(one - budget) < 1e-9)] ?? null,
      ),
    })),
  };
}

export async function benchSearchers(samples = 128, evaluations = 200, folder?: string): Promise<SearchersBench> {
  const storage = folder ?? temporaryFolder();
  const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const data = await embeddedData(processor, { sizes: { train: samples, validation: samples, test: samples } });
  const runs = new Map<string, ResultSearcher[]>();
  let multiStep: readonly Comparison[] = [];
  try {
    for (const seed of SEEDS) {
      const study = await createStudy({ model: EMBEDDED_DIRECTORY, data, seed, storage, name: `seed ${seed}` });
      try {
        await study.search();
        if (seed === SEEDS[0]) {
          await study.grid();
          await study.search({ kernel: "singleStep" });
          await study.compare("search", "search:singleStep", { budgets: BUDGETS });
        }
        for (const rival of RIVALS) {
          if (seed === SEEDS[0] || !UNSEEDED.includes(rival)) await study.rival(rival, { evaluations });
        }
        const { searchers = [], comparisons } = await study.results();
        for (const one of searchers) runs.set(one.series, [...(runs.get(one.series) ?? []), one]);
        if (seed === SEEDS[0]) {
          multiStep = comparisons.filter(({ b, metric }) => b === "search:singleStep" && metric === "divergence");
        }
      } finally {
        await study.close();
      }
    }
  } finally {
    if (folder === undefined) fs.rmSync(storage, { recursive: true, force: true });
  }
  const [grid] = runs.get("grid")!;
  const wanted = REACHED * grid.curve.hypervolume.at(-1)!;
  const searchCost = median(runs.get("search")!.map(({ layerForwards }) => layerForwards));
  return {
    samples,
    evaluations,
    seeds: SEEDS.length,
    reached: REACHED,
    bandsAt: BANDS_AT,
    rows: [...runs].map(([name, own]) => summarise(name, own, searchCost, wanted)),
    multiStep,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [samples, evaluations] = process.argv.slice(2, 4).map(Number);
  console.log(JSON.stringify(await benchSearchers(samples, evaluations, process.argv[4]), null, 2));
}
