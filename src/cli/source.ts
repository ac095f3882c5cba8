/** The options that name a model and its data, and what they open. */
import { closeSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { openForReading, Processor } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { WeightChoice } from "../models/index.js";
import {
  benchmarkData,
  combinedData,
  type DataOptions,
  DEFAULT_SIZES,
  demandEmbedded,
  EMBEDDED_DIRECTORY,
  embeddedData,
  fillAnswers,
  llavaInstruct,
  loadStudyModel,
  type StudyData,
  type StudyEvents,
  type StudyModel,
  samplesData,
} from "../study/index.js";
import { titleOf } from "../tasks/index.js";
import { collected, wholeNumber } from "./values.js";
import { weightsOption } from "./weights.js";

export interface SourceOptions {
  readonly model?: string;
  /** How its weights are held; default auto. */
  readonly weights?: WeightChoice;
  /** Files whose samples are scored, and trained on too unless `trainData` is given. */
  readonly data?: readonly string[];
  readonly trainData?: string;
  /** Folder of the pictures of a file of conversations. */
  readonly pictures?: string;
  readonly samples?: string;
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
}

/** Adds --model, --data, --train-data, --pictures and --samples. */
export function addSourceOptions(command: Command): Command {
  return command
    .option("--model <dir>", "checkpoint directory in Hugging Face's layout (default: the embedded model)")
    .addOption(weightsOption())
    .option(
      "--data <file>",
      "benchmark as VLMEvalKit keeps it (.tsv: index, image or image_path, question, answer, …) or the hub (.parquet), " +
        "or conversations as LLaVA-Instruct keeps them (.json); given several times, a study over several benchmarks",
      collected,
    )
    .option("--train-data <file>", "train and choose on samples of this file, and score --data's alone")
    .option("--pictures <dir>", "folder of the pictures that a .json file names")
    .option(
      "--samples <file.safetensors>",
      "samples that were tokenised and preprocessed elsewhere, instead of --data",
    );
}

/** Adds the numbers of samples. */
export function addSizeOptions(command: Command): Command {
  const number = wholeNumber(1);
  return command
    .option("--train <n>", `most samples to train on, of each file (default: ${DEFAULT_SIZES.train})`, number)
    .option(
      "--validation <n>",
      `most samples to choose on, of each file (default: ${DEFAULT_SIZES.validation})`,
      number,
    )
    .option("--test <n>", `most samples to score on, of each file (default: ${DEFAULT_SIZES.test})`, number);
}

export interface Source {
  /** The caller disposes `studyModel.model`. */
  readonly studyModel: StudyModel;
  readonly data: StudyData;
}

interface Opening {
  readonly signal: AbortSignal;
  readonly warn: (sentence: string) => void;
  readonly onProgress: (progress: StudyEvents["progress"]) => void;
  readonly everything?: boolean;
  /** Folder in which the unpruned model's answers are kept; null keeps none. */
  readonly folder: string | null;
}

function isEmbedded(directory: string): boolean {
  return resolve(directory) === EMBEDDED_DIRECTORY;
}

/** A name for a study of this model and data, where none was given. */
export function defaultName({ model, data = [], trainData, samples }: SourceOptions): string {
  const parts = [model === undefined || isEmbedded(model) ? "embedded" : basename(resolve(model))];
  for (const file of [...data, ...(samples === undefined ? [] : [samples])]) parts.push(titleOf(file));
  if (trainData !== undefined) parts.push("from", titleOf(trainData));
  return (
    parts
      .join("-")
      .replaceAll(/[^\p{L}\p{N} ._-]+/gu, "-")
      .replace(/^[^\p{L}\p{N}]+/u, "")
      .slice(0, 100) || "study"
  );
}

/**
 * Loads the model and encodes the data.
 *
 * @throws EspalierError for options that do not go together, and for everything that cannot be read; Stopped.
 */
export async function openSource(options: SourceOptions, opening: Opening): Promise<Source> {
  checkSource(options);
  const directory = options.model ?? demandEmbedded();
  if (options.data === undefined && options.samples === undefined && !isEmbedded(directory)) {
    throw new EspalierError(
      `The checkpoint ${directory} needs data: give --data FILE.tsv or FILE.parquet, or --samples FILE.safetensors. Only the embedded model brings its own.`,
    );
  }
  const { train, validation, test, seed, weights = "auto" } = options;
  const dataOptions: DataOptions = {
    sizes: {
      ...(train === undefined ? {} : { train }),
      ...(validation === undefined ? {} : { validation }),
      ...(test === undefined ? {} : { test }),
    },
    ...(seed === undefined ? {} : { seed }),
    ...(opening.everything === undefined ? {} : { everything: opening.everything }),
    signal: opening.signal,
    onProgress: (done, total) => opening.onProgress({ part: "samples", label: "reading samples", done, total }),
  };
  const data = await readData(options, directory, dataOptions);
  const studyModel = await loadStudyModel(directory, { weights, warn: opening.warn });
  try {
    return { studyModel, data: await answered(studyModel, data, opening) };
  } catch (error) {
    studyModel.model.dispose();
    throw error;
  }
}

function answered(
  studyModel: StudyModel,
  data: StudyData,
  { signal, onProgress, folder }: Opening,
): Promise<StudyData> {
  const label = "answers of the unpruned model";
  return fillAnswers(studyModel, data, {
    signal,
    ...(folder === null ? {} : { cache: join(folder, "answers.jsonl") }),
    onProgress: (done, total) => onProgress({ part: "samples", label, done, total }),
  });
}

/** @throws EspalierError for options that do not go together, and files that are not there. */
function checkSource({ data, trainData, pictures, samples }: SourceOptions): void {
  if (data !== undefined && samples !== undefined) {
    throw new EspalierError("Both --data and --samples were given; give one of them.");
  }
  if (data === undefined && trainData !== undefined) {
    throw new EspalierError("--train-data says what to train on; give --data too, for what is scored.");
  }
  const files = [...(data ?? []), ...(trainData === undefined ? [] : [trainData])];
  const conversations = files.find(isConversations);
  if (conversations !== undefined && pictures === undefined) {
    throw new EspalierError(`${conversations} names pictures; give the folder that has them: --pictures DIR.`);
  }
  if (conversations === undefined && pictures !== undefined) {
    throw new EspalierError("--pictures is the folder of the pictures that a .json file names, and none was given.");
  }
  // Before the first of them is encoded, which may take long.
  for (const file of files) closeSync(openForReading(file).fd);
}

function isConversations(file: string): boolean {
  return /\.json$/i.test(file);
}

async function readData(options: SourceOptions, directory: string, dataOptions: DataOptions): Promise<StudyData> {
  const { data, trainData, pictures, samples } = options;
  if (samples !== undefined) return samplesData(samples, dataOptions);
  const processor = Processor.fromDirectory(directory);
  if (data === undefined) return embeddedData(processor, dataOptions);
  const read = (file: string, purpose: "study" | "scoring" | "training") => {
    const options = { ...dataOptions, purpose, unanswered: true };
    return isConversations(file)
      ? llavaInstruct(file, pictures!, processor, options)
      : benchmarkData(file, processor, options);
  };
  const scored: StudyData[] = [];
  for (const file of data) scored.push(await read(file, trainData === undefined ? "study" : "scoring"));
  if (trainData === undefined || dataOptions.everything) return combinedData({ scored });
  return combinedData({ scored, training: await read(trainData, "training") });
}
