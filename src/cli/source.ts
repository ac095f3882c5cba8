/** The options that name a model and its data, and what they open. */
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { Processor } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import {
  benchmarkData,
  type DataOptions,
  DEFAULT_SIZES,
  demandEmbedded,
  EMBEDDED_DIRECTORY,
  embeddedData,
  loadStudyModel,
  type StudyData,
  type StudyEvents,
  type StudyModel,
  samplesData,
} from "../study/index.js";
import { wholeNumber } from "./values.js";

export interface SourceOptions {
  readonly model?: string;
  readonly data?: string;
  readonly samples?: string;
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
}

/** Adds --model, --data and --samples. */
export function addSourceOptions(command: Command): Command {
  return command
    .option("--model <dir>", "checkpoint directory in Hugging Face's layout (default: the embedded model)")
    .option("--data <file.tsv>", "benchmark as VLMEvalKit keeps it: index, image or image_path, question, answer, …")
    .option(
      "--samples <file.safetensors>",
      "samples that were tokenised and preprocessed elsewhere, instead of --data",
    );
}

/** Adds the numbers of samples. */
export function addSizeOptions(command: Command): Command {
  const number = wholeNumber(1);
  return command
    .option("--train <n>", `most samples to train on (default: ${DEFAULT_SIZES.train})`, number)
    .option("--validation <n>", `most samples to choose on (default: ${DEFAULT_SIZES.validation})`, number)
    .option("--test <n>", `most samples to score on (default: ${DEFAULT_SIZES.test})`, number);
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
}

function isEmbedded(directory: string): boolean {
  return resolve(directory) === EMBEDDED_DIRECTORY;
}

/** A name for a study of this model and data, where none was given. */
export function defaultName({ model, data, samples }: SourceOptions): string {
  const parts = [model === undefined || isEmbedded(model) ? "embedded" : basename(resolve(model))];
  const file = data ?? samples;
  if (file !== undefined) parts.push(basename(file).replace(/\.(tsv|safetensors)$/i, ""));
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
  if (options.data !== undefined && options.samples !== undefined) {
    throw new EspalierError("Both --data and --samples were given; give one of them.");
  }
  const directory = options.model ?? demandEmbedded();
  if (options.data === undefined && options.samples === undefined && !isEmbedded(directory)) {
    throw new EspalierError(
      `The checkpoint ${directory} needs data: give --data FILE.tsv, or --samples FILE.safetensors. Only the embedded model brings its own.`,
    );
  }
  const { train, validation, test, seed } = options;
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
  return { studyModel: await loadStudyModel(directory, opening.warn), data };
}

function readData(options: SourceOptions, directory: string, dataOptions: DataOptions): Promise<StudyData> {
  if (options.samples !== undefined) return samplesData(options.samples, dataOptions);
  const processor = Processor.fromDirectory(directory);
  return options.data === undefined
    ? embeddedData(processor, dataOptions)
    : benchmarkData(options.data, processor, dataOptions);
}
