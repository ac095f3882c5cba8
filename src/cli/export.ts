/** `espalier export`: a study's schedule with what applies it elsewhere. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { EspalierError } from "../errors.js";
import { scheduleOfPoint } from "../export/bundle/index.js";
import {
  chooseSingleCut,
  formatBudget,
  formatDivergence,
  makeFolder,
  PRUNE_FILE,
  printable,
  pruneFile,
  pruneReadme,
  type Results,
  readResults,
  type SingleCut,
  type SingleCutLoss,
  singleCutLoss,
  writeAtomically,
} from "../export/index.js";
import { readScheduleFile, type ScheduleFile, writeScheduleFile } from "../schedules/index.js";
import { readStudy } from "../study/index.js";
import { withStudy } from "./session.js";
import { addSizeOptions, addSourceOptions, defaultName, type SourceOptions } from "./source.js";
import {
  addQueueOption,
  addStorageOptions,
  addStudyOptions,
  costOptions,
  type StudyCliOptions,
} from "./studyOptions.js";
import { amount } from "./values.js";

interface ExportOptions extends SourceOptions, StudyCliOptions {
  readonly seed: number;
  readonly budget?: number;
  readonly singleCut: boolean;
  readonly out?: string;
}

const HELP = `
What is written: schedule.json, espalier_prune.py, which applies it to the Hugging Face model of the same architecture with torch and
transformers 4.57 alone, and README.md.

--single-cut also writes single-cut.json: every visual token up to a layer, one share of them from there on, at the same cost, for
runtimes that prune once. It is chosen on the validation samples by the study's reference grid, and run on the test samples where
the study has not done so yet: then the model is opened, and the options of espalier search that made the study are wanted again.

Examples:
  espalier export quickstart --to transformers --budget .3
      of the study, what its search found within a budget of .3
  espalier export --model DIR --data ChartQA_TEST.tsv --to transformers --budget .3 --single-cut
      also with one cut, and what that loses
  espalier export half.json --to transformers --out half
      a schedule of one's own`;

/** What a command is to export. */
interface Found {
  /** Null for a schedule file. */
  readonly results: Results | null;
  readonly schedule: Omit<ScheduleFile, "layers">;
  /** The point that the schedule is of; null for a schedule file. */
  readonly point: Results["frontier"][number] | null;
}

/** @param args what was typed behind `espalier`. */
export function exportCommand(args: readonly string[]): Command {
  const command = new Command("export")
    .description("write a schedule with the code that applies it in another library")
    .argument("[study]", "name of a study, a file of results, or a schedule file")
    .addOption(new Option("--to <library>", "which library").choices(["transformers"]).makeOptionMandatory())
    .option("--budget <x>", "which of the frontier's schedules: the best within it, in the study's unit", amount)
    .option("--single-cut", "also write the best schedule that prunes once, with what that loses", false)
    .option("--out <dir>", "folder to write into (default: transformers, where the study or the file is)");
  addSourceOptions(command);
  addStudyOptions(command);
  addSizeOptions(command);
  addStorageOptions(command);
  addQueueOption(command);
  return command.addHelpText("after", HELP).action(async (study: string | undefined, options: ExportOptions) => {
    const what = study ?? options.name ?? defaultName(options);
    const isFile = what.endsWith(".json") || (existsSync(what) && statSync(what).isFile());
    const out = options.out ?? join(isFile ? dirname(what) : join(options.storage, what), "transformers");
    if (existsSync(out) && !statSync(out).isDirectory()) {
      throw new EspalierError(`--out ${out} is a file; name a folder.`);
    }
    const { results, schedule, point } = await find(what, isFile, options);
    const cut = options.singleCut ? await singleCut(results, point, { what, isFile, options, args }) : null;
    if (cut === undefined) return;
    makeFolder(out);
    const files = ["schedule.json"];
    writeScheduleFile(join(out, files[0]), schedule);
    if (cut !== null) {
      files.push("single-cut.json");
      writeScheduleFile(join(out, files[1]), cutFile(results!, cut));
    }
    await writeAtomically(join(out, PRUNE_FILE), pruneFile());
    await writeAtomically(join(out, "README.md"), pruneReadme(results === null ? null : results.model.name, files));
    const which =
      point === null || results === null
        ? `The schedule ${what}`
        : `${printable(point.configuration)} of ${what}, divergence ${formatDivergence(point.divergence.mean)} nats at a cost of ${point.cost.normalised.toFixed(4)} (normalised)`;
    process.stdout.write(`${which}: ${[...files, PRUNE_FILE].join(", ")} and README.md in ${out}.\n`);
    if (cut !== null) process.stdout.write(`${lossSentence(cut)}\n`);
  });
}

/** @throws EspalierError for what is neither, for a selector that the Python file does not have, and a budget with nothing. */
async function find(what: string, isFile: boolean, { storage, budget }: ExportOptions): Promise<Found> {
  if (isFile && isScheduleFile(what)) {
    if (budget !== undefined) throw new EspalierError(`${what} is one schedule; --budget chooses among a study's.`);
    const { layers: _layers, ...schedule } = readScheduleFile(what);
    const { about } = schedule;
    const selector =
      typeof about === "object" && about !== null ? (about as { selector?: unknown }).selector : undefined;
    if (typeof selector === "string") demandFastv(what, selector);
    return { results: null, schedule, point: null };
  }
  const results = isFile ? await readResults(what) : await readStudy(storage, what);
  demandFastv(what, results.selector);
  const point = choose(results, budget);
  return { results, point, schedule: scheduleOfPoint(results, point) };
}

function isScheduleFile(path: string): boolean {
  try {
    return Object.hasOwn(JSON.parse(readFileSync(path, "utf8")) as object, "espalierSchedule");
  } catch {
    // Whoever reads it as results says what is wrong.
    return false;
  }
}

function demandFastv(what: string, selector: string): void {
  if (selector === "fastv") return;
  throw new EspalierError(
    `${what} is of the selector ${printable(selector)}, and ${PRUNE_FILE} selects as FastV does: search with --selector fastv, and export that.`,
  );
}

/** The frontier's point of least divergence within a budget; without one, the only point there is. */
function choose({ frontier, budgetUnit }: Results, budget: number | undefined): Results["frontier"][number] {
  if (frontier.length === 0) throw new EspalierError("The frontier is empty; search first.");
  const costs = frontier.map(({ cost }) => cost[budgetUnit] ?? Number.POSITIVE_INFINITY);
  const known = `it has ${frontier.map((point, i) => formatBudget(point.budget ?? costs[i], budgetUnit)).join(", ")}`;
  if (budget === undefined) {
    if (frontier.length === 1) return frontier[0];
    throw new EspalierError(`Which of the frontier's schedules? Give --budget; ${known}.`);
  }
  // What a point was found for is what it is asked by: its mean over the test samples may be a little more.
  const within = frontier.filter((point, i) => Math.min(point.budget ?? costs[i], costs[i]) <= budget * (1 + 1e-9));
  if (within.length === 0) {
    throw new EspalierError(`The frontier has nothing within a budget of ${budget} (${budgetUnit}); ${known}.`);
  }
  return within.reduce((best, one) => (one.divergence.mean < best.divergence.mean ? one : best));
}

/** A cut with what it loses. */
interface Cut {
  readonly cut: SingleCut;
  readonly loss: SingleCutLoss;
}

/**
 * Chooses the cut, and runs it on the test samples where that has not been done.
 *
 * @returns undefined after Ctrl-C.
 */
async function singleCut(
  results: Results | null,
  point: Found["point"],
  { what, isFile, options, args }: { what: string; isFile: boolean; options: ExportOptions; args: readonly string[] },
): Promise<Cut | undefined> {
  if (results === null || point === null) {
    throw new EspalierError(
      `${what} is one schedule; --single-cut chooses among what a study measured: name the study.`,
    );
  }
  const cut = chooseSingleCut(results, point.cost.normalised);
  const known = singleCutLoss(results, cut, point);
  if (known !== null) return { cut, loss: known };
  if (isFile) {
    throw new EspalierError(
      `The single cut at layer ${cut.layer} was not run on the test samples of ${what}; name the study instead, with its model and data, and it will be.`,
    );
  }
  const { selector, kernel, conditioning, seed, storage } = options;
  const study = { selector, kernel, ...costOptions(options), conditioning, seed, storage, name: what };
  const after = await withStudy({ source: options, study, args }, async ({ study }) => {
    await study.evaluate({ shares: cut.shares });
    return study.results();
  });
  if (after === undefined) return undefined;
  return { cut, loss: singleCutLoss(after, cut, point)! };
}

function cutFile({ study, model, selector }: Results, { cut, loss }: Cut): Omit<ScheduleFile, "layers"> {
  const { layer, share, shares } = cut;
  const { name, fingerprint } = model;
  const about = { study, model: { name, fingerprint }, selector, singleCut: { layer, share, loss } };
  return { common: { shares }, samples: new Map(), about };
}

function lossSentence({ cut, loss }: Cut): string {
  const { difference, level, samples, divergence, cost } = loss;
  const signed = (nats: number) => `${nats < 0 ? "−" : "+"}${formatDivergence(Math.abs(nats))}`;
  const interval = `${Math.round(level * 100)}% from ${signed(difference.low)} to ${signed(difference.high)}`;
  return (
    `single-cut.json: every visual token in the layers before ${cut.layer}, ${(100 * cut.share).toFixed(1)}% of them from there on, chosen on the validation samples. ` +
    `It loses ${signed(difference.mean)} nats (${interval}, paired over ${samples} test samples): ${formatDivergence(divergence[0])} at a cost of ` +
    `${cost[0].toFixed(4)} against ${formatDivergence(divergence[1])} at ${cost[1].toFixed(4)} (normalised).`
  );
}
