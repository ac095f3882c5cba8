/** `espalier calibrate`: what a model's layers take on this machine, so that budgets can be milliseconds. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { type Calibration, calibrate, renderCalibration, writeCalibration } from "../calibration/index.js";
import { readConfig } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { writeAtomically } from "../export/index.js";
import { latencySpecification, renderSvg } from "../figures/index.js";
import { USUAL_TOKENS, type WeightChoice } from "../models/index.js";
import { demandEmbedded, loadStudyModel } from "../study/index.js";
import { Stopped } from "../tensor/index.js";
import { commandLine, INTERRUPTED, onInterrupt } from "./interrupt.js";
import { ProgressLine } from "./progress.js";
import { addSelectorOption } from "./studyOptions.js";
import { positiveNumber, wholeNumber } from "./values.js";
import { weightsOption } from "./weights.js";

interface CalibrateCliOptions {
  readonly model?: string;
  readonly weights: WeightChoice;
  readonly selector: string;
  readonly tokens?: number;
  readonly seconds: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

const SECONDS = 120;
const OUT = "calibration.json";

const HELP = `
Times are medians of repeats in random order; each work is repeated until its median is known within 2%, or the time is up. Leave the
machine alone meanwhile.

Examples:
  espalier calibrate --model Qwen2.5-VL-3B-Instruct --tokens 1400 --out qwen.json
      also writes qwen.svg and qwen.vl.json: time against FLOPs
  espalier search --model Qwen2.5-VL-3B-Instruct --data MME.tsv --cost latency --calibration qwen.json --budget-unit ms --budgets 900,1200
      schedules whose decoder layers take at most 900 and 1,200 ms here`;

/** Says before the measuring, rather than behind it, that its file could not be written. */
function checkOut(out: string): void {
  const isFolder = (path: string) => {
    try {
      return statSync(path).isDirectory();
    } catch {
      return undefined;
    }
  };
  if (isFolder(out)) throw new EspalierError(`--out ${out} is a folder; name a file, such as ${join(out, OUT)}.`);
  if (isFolder(dirname(out)) === false) throw new EspalierError(`--out ${out} cannot be: ${dirname(out)} is a file.`);
}

/** @throws EspalierError for a prompt longer than the model takes. */
function checkTokens(directory: string, tokens: number): void {
  const { maxPositions } = readConfig(directory).decoder;
  if (tokens <= maxPositions) return;
  throw new EspalierError(
    `--tokens ${tokens} is more than the ${maxPositions} positions of ${directory}; give at most those.`,
  );
}

/** File, figure and specification. @returns their names. */
async function writeAll(out: string, calibration: Calibration): Promise<string[]> {
  const base = out.replace(/\.json$/, "");
  const specification = latencySpecification(calibration);
  const figures: [string, string][] = [
    [`${base}.svg`, await renderSvg(specification)],
    [`${base}.vl.json`, `${JSON.stringify(specification, null, 1)}\n`],
  ];
  await writeCalibration(out, calibration);
  for (const [file, contents] of figures) await writeAtomically(file, contents);
  return [out, ...figures.map(([file]) => file)];
}

/** @param args what was typed behind `espalier`. */
export function calibrateCommand(args: readonly string[]): Command {
  const command = new Command("calibrate")
    .description("measure what a layer takes on this machine, so that a search can be held to milliseconds")
    .option("--model <dir>", "checkpoint directory in Hugging Face's layout (default: the embedded model)")
    .addOption(weightsOption());
  return addSelectorOption(command)
    .option("--tokens <n>", `of the longest prompt (default: ${USUAL_TOKENS}, or what the model takes)`, wholeNumber(8))
    .option("--seconds <s>", "most to measure for; the first rounds are finished beyond it", positiveNumber, SECONDS)
    .option("--seed <n>", "of prompts and of the order of the works", wholeNumber(0), 0)
    .option("--out <file>", "the calibration; figures are written beside it", OUT)
    .option("--json", "print the calibration as JSON", false)
    .addHelpText("after", HELP)
    .action((options: CalibrateCliOptions) => measure(options, args));
}

async function measure(options: CalibrateCliOptions, args: readonly string[]): Promise<void> {
  const { selector, seconds, seed, out } = options;
  checkOut(out);
  const directory = options.model ?? demandEmbedded();
  const tokens = options.tokens ?? Math.min(USUAL_TOKENS, readConfig(directory).decoder.maxPositions);
  checkTokens(directory, tokens);
  const progress = new ProgressLine();
  const say = (sentence: string) => {
    progress.clear();
    process.stderr.write(`${sentence}\n`);
  };
  const { signal, dispose } = onInterrupt(say);
  let loaded: Awaited<ReturnType<typeof loadStudyModel>> | undefined;
  try {
    loaded = await loadStudyModel(directory, { weights: options.weights, warn: say });
    const calibration = await calibrate(loaded, {
      ...{ tokens, selector, seconds, seed, signal },
      onProgress: ({ seconds: elapsed, limit }) =>
        progress.update({ part: "evaluation", label: "measuring", done: Math.min(elapsed, limit), total: limit }),
    });
    progress.clear();
    const written = await writeAll(out, calibration);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(calibration, null, 1)}\n`);
      return;
    }
    process.stdout.write(renderCalibration(calibration));
    process.stdout.write(`\nFiles: ${written.join(", ")}.\n`);
    process.stdout.write(`Hold a search to milliseconds with --cost latency --calibration ${out} --budget-unit ms.\n`);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    say(`Stopped; nothing was written. This measures again: ${commandLine(args)}`);
    process.exitCode = INTERRUPTED;
  } finally {
    progress.clear();
    loaded?.model.dispose();
    dispose();
  }
}
