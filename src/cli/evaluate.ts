/** `espalier evaluate`: what a schedule does to a model's answers, and what it costs. */
import { join } from "node:path";
import { Command, Option } from "commander";
import { EspalierError } from "../errors.js";
import { type Results, writeResults } from "../export/index.js";
import { readScheduleFile } from "../schedules/index.js";
import { checkOutputs, type OutputOptions, tableText, writeEverything } from "./output.js";
import { withStudy } from "./session.js";
import { addSizeOptions, addSourceOptions, defaultName, type SourceOptions } from "./source.js";
import { addQueueOption, addStudyOptions, costOptions, STORAGE, type StudyCliOptions } from "./studyOptions.js";
import { wholeNumber } from "./values.js";

interface EvaluateOptions extends SourceOptions, Omit<StudyCliOptions, "storage">, OutputOptions {
  readonly schedule: string;
  readonly seed: number;
  readonly split: "all" | "test";
  readonly storage: string;
  readonly certificate: boolean;
  readonly certificateTokens?: number;
}

const HELP = `
The schedule is a JSON file, shares of the visual tokens or their counts, one per decoder layer:
  {"espalierSchedule": 1, "shares": [1, 1, 0.5, 0.5, 0.25, 0.25, 0.1, 0.1]}
and, if wanted, per sample: "samples": [{"id": "17", "counts": [64, 64, 32, 32, 16, 16, 6, 6]}].

Examples:
  espalier evaluate --schedule half.json
      on the embedded model's test samples
  espalier evaluate --model DIR --samples samples.safetensors --schedule half.json --json half.results.json
  espalier evaluate --schedule half.json --certificate --out half
      also what a token more or less at each layer is worth: equal bars mean that none is in the wrong place
  espalier evaluate --split test --schedule runs/embedded/schedule-search@0.3.json --certificate --certificate-tokens 2
      the same of what a search proposed, by two tokens at a time: fewer layers have room, intervals are narrower`;

/** @param args what was typed behind `espalier`. */
export function evaluateCommand(args: readonly string[]): Command {
  const command = new Command("evaluate")
    .description("run a schedule with tokens physically removed: divergence, accuracy and cost, with intervals")
    .requiredOption("--schedule <file>", "schedule file: shares or counts per layer, per sample if given");
  addSourceOptions(command);
  addStudyOptions(command);
  addSizeOptions(command);
  addQueueOption(command);
  return command
    .addOption(
      new Option("--split <name>", "which samples: all of a file, or those that a search would score on")
        .choices(["all", "test"])
        .default("all"),
    )
    .option(
      "--certificate",
      "also measure what a token more or less at each layer is worth, per unit of cost (about as many runs as layers)",
      false,
    )
    .option(
      "--certificate-tokens <n>",
      "size of these changes (default: a sixty-fourth of the visual tokens, at least one)",
      wholeNumber(1),
    )
    .option("--name <name>", "keep the evaluation in the study of this name (default: keep nothing)")
    .option("--storage <dir>", "folder of the studies", STORAGE)
    .option("--json <file>", "also write the results as JSON")
    .option("--out <dir>", "also write table, JSON, CSV, figures and page into this folder")
    .addHelpText("after", HELP)
    .action(async (options: EvaluateOptions) => {
      checkOutputs(options);
      if (options.certificateTokens !== undefined && !options.certificate) {
        throw new EspalierError("--certificate-tokens is the size of a certificate's changes; give --certificate too.");
      }
      const cost = costOptions(options);
      const schedule = readScheduleFile(options.schedule);
      const { selector, kernel, conditioning, seed } = options;
      const study = {
        ...{ selector, kernel, ...cost, conditioning, seed },
        name: options.name ?? defaultName(options),
        storage: options.name === undefined ? null : options.storage,
      };
      const everything = options.split === "all" && (options.data ?? options.samples) !== undefined;
      const results = await withStudy({ source: options, study, everything, args }, async ({ study }) => {
        if (options.certificate) {
          const tokens = options.certificateTokens;
          await study.certificate(schedule, tokens === undefined ? {} : { tokens });
        } else await study.evaluate(schedule);
        return study.results();
      });
      if (results !== undefined) await reportEvaluation(results, options);
    });
}

async function reportEvaluation(results: Results, options: OutputOptions): Promise<void> {
  if (options.json !== undefined) await writeResults(options.json, results);
  const written = options.out === undefined ? [] : await writeEverything(options.out, results);
  process.stdout.write(tableText(results));
  if (options.json !== undefined) process.stdout.write(`Results as JSON: ${options.json}.\n`);
  if (written.length > 0) process.stdout.write(`Files in ${join(options.out!, "")}: ${written.join(", ")}.\n`);
}
