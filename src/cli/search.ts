/** `espalier search`: the main job, from a checkpoint and pictures to a frontier. */
import { join } from "node:path";
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { KERNEL_FUNCTIONS, kernelFunction } from "../schedules/index.js";
import { CONDITIONINGS, type Conditioning, SEARCHERS, searcherMethod } from "../search/index.js";
import type { TrainingOptions } from "../study/index.js";
import { addOutputOptions, checkOutputs, type OutputOptions, report } from "./output.js";
import { withStudy } from "./session.js";
import { addSizeOptions, addSourceOptions, defaultName, type SourceOptions } from "./source.js";
import {
  addQueueOption,
  addStorageOptions,
  addStudyOptions,
  addTrainingOptions,
  costOptions,
  type StudyCliOptions,
  searchOptions,
  type TrainingCliOptions,
} from "./studyOptions.js";
import { nameList, wholeNumber } from "./values.js";

interface SearchOptions extends SourceOptions, StudyCliOptions, TrainingCliOptions, OutputOptions {
  readonly seed: number;
  readonly grid: boolean;
  readonly controls: boolean;
  readonly recipes: boolean;
  readonly variants: string[];
  readonly rivals: string[];
  readonly evaluations: number;
}

/** Searchers that may be named; the grid has an option of its own. */
const RIVALS = Object.keys(SEARCHERS).filter((name) => name !== "grid");

/** @throws EspalierError for a searcher that there is not, and for the grid. */
function demandRival(name: string): void {
  if (name === "grid")
    throw new EspalierError("The grid is no rival with evaluations of its own; ask for it with --grid.");
  searcherMethod(name);
}

const HELP = `
Examples:
  espalier search
      searches the embedded model and prints its frontier
  espalier search --model Qwen2.5-VL-3B-Instruct --data ChartQA_TEST.tsv --budgets .3,.5 --budget-unit share
      schedules for 30% and 50% of the full model's cost
  espalier search --model DIR --data MME.tsv --data ChartQA_TEST.tsv --train-data llava_instruct_150k.json --pictures train2017
      as the paper does: trained on conversations, judged on benchmarks, each with its own score
  espalier search --variants singleStep,budget --grid
      also with one cut, and with one schedule a budget, compared in pairs; measured against the reference grid
  espalier search --rivals nsga2,tpe,gSearch --evaluations 100
      beside searchers that know nothing of layers, and what each cost

A search that was stopped goes on when the same command is given again.`;

/** A variant of the search: another kernel function, or another conditioning. */
export function variantOptions(name: string): Pick<TrainingOptions, "kernel" | "conditioning"> {
  if ((CONDITIONINGS as readonly string[]).includes(name)) return { conditioning: name as Conditioning };
  if (Object.hasOwn(KERNEL_FUNCTIONS, name.split(":")[0])) return { kernel: name };
  throw new EspalierError(
    `There is no variant "${name}"; name a kernel function (${Object.keys(KERNEL_FUNCTIONS).join(", ")}) or a conditioning (${CONDITIONINGS.join(", ")}).`,
  );
}

/** @param args what was typed behind `espalier`. */
export function searchCommand(args: readonly string[]): Command {
  const command = new Command("search").description(
    "train a predictor of schedules, run what it proposes on the test samples, and print the frontier",
  );
  addSourceOptions(command);
  addTrainingOptions(command);
  addStudyOptions(command);
  addSizeOptions(command);
  addStorageOptions(command);
  addQueueOption(command);
  command
    .option(
      "--variants <list>",
      "also search with these kernel functions or conditionings, to compare with",
      nameList,
      [],
    )
    .option("--grid", "also evaluate the reference grid of 700 schedules, and how far the search is from it", false)
    .option(
      "--rivals <list>",
      `also run these searchers, to compare what they find and what it cost: ${RIVALS.join(", ")}`,
      nameList,
      [],
    )
    .option("--evaluations <n>", "schedules that each rival may measure on all validation samples", wholeNumber(1), 200)
    .option(
      "--no-controls",
      "leave out the controls: random tokens, a uniform stride, fewer visual tokens from the start",
    )
    .option("--no-recipes", "leave out the published recipes: FastV's, VTW's, PyramidDrop's, and the selector's own");
  addOutputOptions(command, "<storage>/<name>");
  return command.addHelpText("after", HELP).action(async (options: SearchOptions) => {
    // What is misspelt is said before anything is read.
    checkOutputs(options);
    kernelFunction(options.kernel);
    const cost = costOptions(options);
    const variants = options.variants.map(variantOptions);
    for (const rival of options.rivals) demandRival(rival);
    for (const { kernel } of variants) if (kernel !== undefined) kernelFunction(kernel);
    const name = options.name ?? defaultName(options);
    const { selector, kernel, conditioning, seed, storage } = options;
    const study = { selector, kernel, ...cost, conditioning, seed, storage, name };
    const results = await withStudy({ source: options, study, args }, async ({ study, reused, say }) => {
      const training = searchOptions(options);
      await study.search(training);
      for (const variant of variants) await study.search({ ...training, ...variant });
      if (options.grid) await study.grid();
      for (const rival of options.rivals) await study.rival(rival, { evaluations: options.evaluations });
      if (options.controls) await study.controls();
      if (options.recipes) await study.recipes();
      await study.compare();
      if (reused()) say(`Everything was in ${study.directory} already; nothing was computed again.`);
      return study.results();
    });
    if (results !== undefined) await report(results, options, join(storage, name));
  });
}
