/** `espalier import`: evaluations that were made elsewhere, into frontier and comparison. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { Command, Option } from "commander";
import { EspalierError } from "../errors.js";
import { writeAtomically } from "../export/index.js";
import {
  demandOutsidePower,
  OUTSIDE_FILE,
  OUTSIDE_FORMAT,
  OUTSIDE_VERSION,
  type OutsideDocument,
  outsideText,
  parseOutside,
  summariseOutside,
} from "../export/outside/index.js";
import { studyFolder } from "../study/index.js";
import { readGiven } from "./bundle.js";
import { addOutputOptions, checkOutputs, type OutputOptions } from "./output.js";
import { LARGEST_OUTSIDE, reportOutside } from "./outside.js";
import { STORAGE } from "./studyOptions.js";
import { amount, collected, positiveNumber } from "./values.js";

interface ImportOptions extends OutputOptions {
  readonly as: string;
  readonly storage: string;
  readonly metric?: string;
  readonly better?: "higher" | "lower";
  readonly costUnit?: string;
  readonly compare?: readonly string[];
  readonly with?: readonly string[];
  readonly costTolerance: number;
  readonly detect?: number;
  readonly power?: number;
}

const HELP = `
The file is CSV with the columns configuration, sample, score, cost and, if there are any, series, budget, metric; or JSON, a list of
objects with these fields. Of such evaluations neither schedules nor layers are known: src/export/outside/OUTSIDE.md says what follows.

Examples:
  espalier import theirs.csv --as theirs
      its means with intervals, and which configurations are on the frontier; espalier frontier theirs prints it again
  espalier import theirs.json --as theirs --compare ours --with fastv --detect .02
      the two in pairs over the samples that both have; refused where the samples are too few to show .02`;

/** @throws EspalierError for options that do not go together. */
function pairsOf({ compare = [], with: others = [], detect, power }: ImportOptions): OutsideDocument["compared"] {
  if (compare.length !== others.length) {
    throw new EspalierError("Each --compare A needs a --with B: what it is compared with.");
  }
  if (detect !== undefined && compare.length === 0) {
    throw new EspalierError(
      "--detect is the difference that a comparison must be able to show; give --compare and --with too.",
    );
  }
  if (power !== undefined && detect === undefined) {
    throw new EspalierError("--power is the chance of seeing a difference; say which with --detect.");
  }
  if (power !== undefined && power >= 1) throw new EspalierError(`A power of ${power} is not below 1; give .8 or .9.`);
  return compare.map((a, i) => ({ a, b: others[i] }));
}

export function importCommand(): Command {
  const command = new Command("import")
    .description("take evaluations that were made elsewhere into frontier and comparison")
    .argument("<file>", "CSV, or .json: configuration, sample, score, cost")
    .requiredOption("--as <name>", "name to keep them under")
    .option("--storage <dir>", "folder of the studies", STORAGE)
    .option("--metric <name>", "what the score is (default: the file's column metric, or score)")
    .addOption(
      new Option("--better <which>", "which scores are better (default: lower of a divergence, else higher)").choices([
        "higher",
        "lower",
      ]),
    )
    .option("--cost-unit <text>", "what the cost is, for heads and axes")
    .option(
      "--compare <a>",
      "a configuration or series to compare; may be given several times, each with a --with",
      collected,
    )
    .option("--with <b>", "what it is compared with", collected)
    .option("--cost-tolerance <x>", "relative difference of mean costs that still counts as matched", amount, 0.01)
    .option("--detect <x>", "a difference of the score that the samples must be able to show", positiveNumber)
    .option("--power <x>", "with what chance (default: 0.8)", positiveNumber);
  addOutputOptions(command, "<storage>/<name>");
  return command.addHelpText("after", HELP).action(async (file: string, options: ImportOptions) => {
    checkOutputs(options);
    const compared = pairsOf(options);
    const folder = studyFolder(options.storage, options.as);
    if (existsSync(join(folder, "journal.jsonl"))) {
      throw new EspalierError(`${options.as} in ${options.storage} is a study; choose another name with --as.`);
    }
    const text = readGiven(file, "The file of evaluations", LARGEST_OUTSIDE).toString("utf8");
    const { evaluations, metric: own } = parseOutside(text, basename(file));
    const metric = options.metric ?? own ?? "score";
    const document: OutsideDocument = {
      ...{ format: OUTSIDE_FORMAT, version: OUTSIDE_VERSION, name: options.as, source: basename(file), metric },
      better: options.better ?? (/divergence/i.test(metric) ? "lower" : "higher"),
      costUnit: options.costUnit ?? null,
      costTolerance: options.costTolerance,
      evaluations: [...evaluations],
      compared,
    };
    // Whatever cannot be compared is said before anything is written.
    if (options.detect !== undefined) demandOutsidePower(document, options.detect, options.power);
    await summariseOutside(document);
    await writeAtomically(join(folder, OUTSIDE_FILE), outsideText(document));
    await reportOutside(document, options, folder);
  });
}
