/**
 * What a search is worth where it was not trained: budgets, tasks and architectures that it has not seen, each beside a search
 * that has, on the same samples.
 *
 * - Budgets: trained at five, read between them, beside the default twenty.
 * - Tasks: trained and chosen on one half of the embedded benchmark's tasks, scored on the other, beside one on all tasks.
 * - Architectures: the schedule that the search finds for one tiny random checkpoint, held to the budget sample by sample on
 *   another one, beside the search's own there.
 *
 *     node dist/tests/bench/generalisation.js [samples]       default 192 a split; prints JSON; some minutes on two cores
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Processor } from "../../src/checkpoint/index.js";
import { costModel, costRange, fromNormalised } from "../../src/cost/index.js";
import { loadModel } from "../../src/models/index.js";
import { project } from "../../src/search/index.js";
import { bootstrapDifference, type Difference, holm } from "../../src/statistics/index.js";
import {
  combinedData,
  createStudy,
  EMBEDDED_DIRECTORY,
  embeddedData,
  type Study,
  type StudySearchOptions,
  samplesData,
} from "../../src/study/index.js";
import { EMBEDDED_TASKS } from "../../src/tasks/index.js";
import { Random } from "../../src/tensor/index.js";
import { temporaryFolder, writeTiny } from "../study/tiny.js";
import { TINY_ARCHITECTURES } from "../study/tinyArchitectures.js";

const BUDGETS = [0.2, 0.4, 0.6];
/** None of `BUDGETS`, nor next to one. */
const TRAINED_BUDGETS = [0.1, 0.3, 0.5, 0.7, 0.9];
const TINY_SIZES = { train: 64, validation: 32, test: 64 };
const SEED = 11;

/** A held-out search against one that has seen what it is scored on. */
export interface Held {
  readonly kind: "budgets" | "tasks" | "architectures";
  readonly what: string;
  readonly budget: number;
  /** Mean nats of either. */
  readonly held: number;
  readonly seen: number;
  /** Held − seen, nats, paired; `distinguishable` after Holm's correction over everything of this kind. */
  readonly difference: Pick<Difference, "mean" | "interval" | "pValue">;
  readonly distinguishable: boolean;
  /** Mean normalised costs. */
  readonly costs: readonly [held: number, seen: number];
}

type Unjudged = Omit<Held, "distinguishable">;

/** A series' row of every sample at a budget, or of one configuration. */
type Rows = ReadonlyMap<string, { readonly divergence: number; readonly cost: number }>;

async function rowsOf(study: Study, wanted: { series: string; budget?: number; configuration?: string }) {
  const { rows } = await study.results();
  const found = rows.filter(
    ({ series, budget, configuration }) =>
      series === wanted.series &&
      (wanted.budget === undefined || budget === wanted.budget) &&
      (wanted.configuration === undefined || configuration === wanted.configuration),
  );
  return new Map(found.map(({ sample, divergence, cost }) => [sample, { divergence, cost: cost.normalised }]));
}

function compared(kind: Held["kind"], what: string, budget: number, held: Rows, seen: Rows): Unjudged {
  const ids = [...seen.keys()];
  if (ids.length !== held.size || ids.some((id) => !held.has(id))) throw new Error(`${what}: other samples`);
  const of = (rows: Rows, key: "divergence" | "cost") => ids.map((id) => rows.get(id)![key]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const random = new Random(SEED);
  const {
    mean: difference,
    interval,
    pValue,
  } = bootstrapDifference(of(held, "divergence"), of(seen, "divergence"), {
    random,
  });
  return {
    kind,
    what,
    budget,
    held: mean(of(held, "divergence")),
    seen: mean(of(seen, "divergence")),
    difference: { mean: difference, interval, pValue },
    costs: [mean(of(held, "cost")), mean(of(seen, "cost"))],
  };
}

function judged(rows: readonly Unjudged[]): Held[] {
  const adjusted = holm(rows.map(({ difference }) => difference.pValue ?? 1));
  return rows.map((row, i) => ({ ...row, distinguishable: adjusted[i] < 0.05 }));
}

async function searched<T>(
  options: Parameters<typeof createStudy>[0],
  search: StudySearchOptions,
  read: (study: Study) => Promise<T>,
): Promise<T> {
  const study = await createStudy(options);
  try {
    await study.search(search);
    return await read(study);
  } finally {
    await study.close();
  }
}

const atBudgets = (study: Study) => Promise.all(BUDGETS.map((budget) => rowsOf(study, { series: "search", budget })));

async function heldOutBudgets(samples: number): Promise<Held[]> {
  const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const data = await embeddedData(processor, { sizes: { train: samples, validation: samples, test: samples } });
  const options = { model: EMBEDDED_DIRECTORY, data };
  const seen = await searched(options, { budgets: BUDGETS }, atBudgets);
  const held = await searched(options, { budgets: BUDGETS, trainedBudgets: TRAINED_BUDGETS }, atBudgets);
  const what = `trained at ${TRAINED_BUDGETS.join(", ")} (seen: at twenty)`;
  return judged(BUDGETS.map((budget, i) => compared("budgets", what, budget, held[i], seen[i])));
}

async function heldOutTasks(samples: number): Promise<Held[]> {
  const processor = Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const halves = [0, 1].map((half) => EMBEDDED_TASKS.filter((_, i) => i % 2 === half));
  const sizes = { train: samples, validation: samples, test: samples };
  const training = async (tasks: readonly string[]) => embeddedData(processor, { sizes: { ...sizes, test: 0 }, tasks });
  const rows: Unjudged[] = [];
  for (const half of [0, 1]) {
    const [scoredTasks, trainedTasks] = [halves[half], halves[1 - half]];
    const scored = [
      await embeddedData(processor, { sizes: { train: 0, validation: 0, test: samples }, tasks: scoredTasks }),
    ];
    const model = EMBEDDED_DIRECTORY;
    const trainedOn = async (tasks: readonly string[]) =>
      searched(
        { model, data: combinedData({ scored, training: await training(tasks) }) },
        { budgets: BUDGETS },
        atBudgets,
      );
    const seen = await trainedOn(EMBEDDED_TASKS);
    const held = await trainedOn(trainedTasks);
    const what = `scored on ${scoredTasks.join(", ")}`;
    rows.push(...BUDGETS.map((budget, i) => compared("tasks", what, budget, held[i], seen[i])));
  }
  return judged(rows);
}

async function heldOutArchitectures(): Promise<Held[]> {
  const folder = temporaryFolder();
  const [budget] = BUDGETS.slice(1);
  try {
    const studies = [];
    for (const architecture of Object.keys(TINY_ARCHITECTURES) as (keyof typeof TINY_ARCHITECTURES)[]) {
      const files = await writeTiny(path.join(folder, architecture), TINY_SIZES, architecture);
      const data = await samplesData(files.samples, { sizes: TINY_SIZES });
      const study = await createStudy({ name: architecture, storage: folder, model: files.model, data });
      await study.search({ budgets: [budget], epochs: 6 });
      const { model } = await loadModel(files.model);
      studies.push({ architecture, study, cost: costModel("exact", model.shape) });
      model.dispose();
    }
    const rows: Unjudged[] = [];
    for (const from of studies) {
      const { schedule } = await from.study.best({ budget });
      const common = schedule.common as { readonly shares: readonly number[] };
      for (const to of studies) {
        if (to === from) continue;
        const samples = new Map(
          (await to.study.results()).rows
            .filter(({ series }) => series === "search")
            .map(({ sample, visualTokens: visual, textTokens: text = 0 }) => {
              const target = fromNormalised(budget, costRange(to.cost, { text, visual }));
              return [sample, { counts: project(common.shares, target, to.cost, { text, visual }).counts }];
            }),
        );
        const name = `of ${from.architecture}`;
        await to.study.evaluate({ layers: common.shares.length, common: null, samples }, { name });
        const held = await rowsOf(to.study, { series: "schedule", configuration: name });
        const seen = await rowsOf(to.study, { series: "search", budget });
        rows.push(compared("architectures", `${from.architecture} → ${to.architecture}`, budget, held, seen));
      }
    }
    for (const { study } of studies) await study.close();
    return judged(rows);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export interface GeneralisationBench {
  readonly samples: number;
  readonly rows: readonly Held[];
}

export async function benchGeneralisation(samples = 192): Promise<GeneralisationBench> {
  const rows = [
    ...(await heldOutBudgets(samples)),
    ...(await heldOutTasks(samples)),
    ...(await heldOutArchitectures()),
  ];
  return { samples, rows };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , samples] = process.argv;
  console.log(JSON.stringify(await benchGeneralisation(samples === undefined ? undefined : Number(samples)), null, 2));
}
