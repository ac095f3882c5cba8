/** Opening a study, or beginning one: its settings, its folder, its lock, its journal. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Calibration,
  calibrationDigest,
  demandShape,
  machineText,
  parseCalibration,
  readCalibration,
} from "../calibration/index.js";
import { fileError } from "../checkpoint/index.js";
import { BUDGET_UNITS, type BudgetUnit, type CostName, costModel, demandOwner } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { makeFolder, type Results } from "../export/index.js";
import type { VisionLanguageModel } from "../models/index.js";
import { type EvaluationQueue, type Json, openRedisQueue } from "../queue/index.js";
import { type KernelSpec, kernelFunction } from "../schedules/index.js";
import { CONDITIONINGS, type Conditioning } from "../search/index.js";
import { type SelectorName, selector } from "../selectors/index.js";
import { Pacer, useBackend } from "../tensor/index.js";
import { scorerOf } from "./accuracy.js";
import { StudyContext } from "./context.js";
import type { StudyData, StudySample } from "./data/index.js";
import { type HeaderEntry, JOURNAL_VERSION, type SampleList, type StudySettings } from "./entries.js";
import { StudyEmitter } from "./events.js";
import { demandAnswers } from "./fillAnswers.js";
import { differences, fingerprintSamples } from "./fingerprint.js";
import { Journal, readJournal } from "./journal.js";
import { takeLock } from "./lock.js";
import { overheadMacs } from "./overhead.js";
import { assembleResults } from "./results.js";
import { oneOf, Study, type Surroundings } from "./study.js";
import { loadStudyModel, type StudyModel } from "./studyModel.js";
import { kernelLabel } from "./training.js";

/** What a study is about, and where it is kept. */
export interface StudyOptions {
  /** A checkpoint directory, or a model that is loaded (`loadStudyModel`), which stays its owner's. */
  readonly model: string | StudyModel;
  /** Samples in three parts, such as `benchmarkData` gives. */
  readonly data: StudyData;
  /** Which tokens stay; default "fastv". */
  readonly selector?: SelectorName;
  /** How few parameters become a schedule; default "multiStep". */
  readonly kernel?: KernelSpec;
  /** What is searched under; default "exact". */
  readonly cost?: CostName;
  /**
   * What this machine takes for the model: a file that `espalier calibrate` wrote, or its content. The cost "latency" needs it;
   * with another cost, results state milliseconds too. Default none.
   */
  readonly calibration?: string | Calibration;
  /** What the predictor sees; default "input". */
  readonly conditioning?: Conditioning;
  /** Unit of every budget that this study is asked for; default "normalised". */
  readonly budgetUnit?: BudgetUnit;
  /** Of the search, and of selectors that draw; default 0. */
  readonly seed?: number;
  /** Folder of studies, made where missing; left out, the study is kept in memory and lost with the process. */
  readonly storage?: string;
  /** Name of the study, and of its folder; default "study". */
  readonly name?: string;
  /** Its abort stops what is running. */
  readonly signal?: AbortSignal;
  /** Told in one sentence what is noteworthy and no error; default `process.emitWarning`. */
  readonly warn?: (sentence: string) => void;
  /** Stands around each operation; default nothing. */
  readonly surroundings?: Surroundings;
  /**
   * What evaluates schedules: the address of a Redis with workers (`openRedisQueue`), or a queue, which stays its owner's. Default
   * this process. Numbers are the same; workers that compute with another backend refuse.
   */
  readonly queue?: string | EvaluationQueue;
  /** Where a worker finds model and samples, if it has not been told itself: what `espalier worker` reads. */
  readonly source?: Json;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u;

/** The folder of a study. @throws EspalierError for a name that is no folder's. */
export function studyFolder(storage: string, name: string): string {
  if (NAME.test(name)) return join(storage, name);
  throw new EspalierError(
    `A study cannot be called ${JSON.stringify(name)}; use up to 100 letters, digits, spaces, dots, dashes and underscores, a letter or digit first.`,
  );
}

function sampleList(samples: readonly StudySample[], model: VisionLanguageModel): SampleList {
  const visual = samples.map(({ gridThw }) => gridThw.reduce((sum, grid) => sum + model.visualTokens(grid), 0));
  return {
    ids: samples.map(({ id }) => id),
    tasks: samples.map(({ task }) => task),
    text: samples.map(({ promptLength }, s) => promptLength - visual[s]),
    visual,
    ...(samples.some(({ category }) => category !== undefined)
      ? { categories: samples.map(({ category }) => category ?? null) }
      : {}),
    ...(samples.some(({ unit }) => unit !== undefined) ? { units: samples.map(({ unit }) => unit ?? null) } : {}),
  };
}

/** Ids must tell samples apart: schedules and reports name samples by them. */
function demandDistinctIds({ ids }: SampleList): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new EspalierError(`Two samples have the id "${id}"; give each its own.`);
    seen.add(id);
  }
}

async function describeBackend() {
  const { backend, device, threads, tfjs, library, cuda } = await useBackend();
  const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    backend: { name: backend, device, threads },
    versions: {
      espalier: manifest.version,
      node: process.versions.node,
      tfjs,
      ...(library === null ? {} : { library }),
      ...(cuda === null ? {} : { cuda }),
    },
  };
}

/**
 * What computes here, as jobs name it: code of another version may differ, and another arithmetic rounds differently.
 *
 * @example
 * const { code, backend } = await describeComputing();
 */
export async function describeComputing(): Promise<{ readonly code: string; readonly backend: string }> {
  const { backend, versions } = await describeBackend();
  return { code: versions.espalier, backend: "cuda" in versions ? `${backend.name} cuda` : backend.name };
}

/** @throws EspalierError for a file or a value that is no calibration. */
function calibrationOf(given: StudyOptions["calibration"]): Calibration | undefined {
  if (given === undefined) return undefined;
  return typeof given === "string" ? readCalibration(given) : parseCalibration(given);
}

/** Milliseconds of one machine are no other's. */
function warnOfOtherMachine(
  { machine }: Calibration,
  { name, device, threads }: { readonly name: string; readonly device: string; readonly threads: number },
  warn: (sentence: string) => void,
): void {
  if (machine.backend === name && machine.device === device && machine.threads === threads) return;
  const here = machineText({ ...machine, backend: name, device, threads });
  warn(
    `The calibration was measured on ${machineText(machine)}; milliseconds are that machine's, not those of ${here}.`,
  );
}

/** Whether nothing of a study is finished. */
function isEmpty({ entries }: Journal, directory: string | null): boolean {
  const begun = entries.some(({ kind }) => kind !== "header" && kind !== "session");
  return !begun && (directory === null || !readdirSync(directory).some((name) => name.startsWith("state")));
}

/** Opens the journal of a study, or begins it. */
function openJournal(directory: string | null, header: HeaderEntry, warn: (sentence: string) => void): Journal {
  const journal = directory === null ? Journal.inMemory() : Journal.open(join(directory, "journal.jsonl"));
  try {
    if (journal.repaired > 0) {
      warn(
        `The journal of ${header.name} ended in the middle of a line, which was cut off; what it held is evaluated again.`,
      );
    }
    const [first] = journal.entries;
    if (first === undefined) {
      journal.append(header);
      return journal;
    }
    if (first.kind !== "header" || first.version !== JOURNAL_VERSION) {
      throw new EspalierError(
        `The journal in ${directory} is of another version of Espalier; choose another name for the study, or delete that folder.`,
      );
    }
    const changed = differences(first.settings, header.settings);
    if (changed.length === 0) return journal;
    // A study that was refused its first budget, say, has nothing yet that other settings would contradict.
    if (isEmpty(journal, directory)) {
      journal.clear();
      journal.append(header);
      return journal;
    }
    throw new EspalierError(
      `The study ${header.name} in ${directory} was made with other settings: ${changed.join(", ")}. Give the same ones to go on with it, or choose another name.`,
    );
  } catch (error) {
    journal.close();
    throw error;
  }
}

/**
 * Opens a study, or begins one.
 *
 * Everything that ends is remembered: the same calls in another process go on where the last one stopped, and give what an
 * undisturbed run would have given.
 *
 * @returns to be closed.
 * @throws EspalierError for samples without an answer, settings that do not exist or differ from those the study was begun with, a study that another
 *   process is using, a damaged journal, a disk that refuses.
 *
 * @example
 * const study = await createStudy({ model: EMBEDDED_DIRECTORY, data, storage: "runs", name: "first" });
 * await study.search({ budgets: [0.1, 0.3] });
 * await study.close();
 */
export async function createStudy(options: StudyOptions): Promise<Study> {
  const { data, storage, name = "study", seed = 0 } = options;
  demandAnswers(data);
  const warn = options.warn ?? ((sentence: string) => process.emitWarning(sentence));
  const chosenSelector = selector(options.selector ?? "fastv", seed);
  const kernel = kernelFunction(options.kernel ?? "multiStep");
  const conditioning = oneOf(options.conditioning ?? "input", CONDITIONINGS, "conditioning");
  const budgetUnit = oneOf(options.budgetUnit ?? "normalised", BUDGET_UNITS, "budget unit");
  const directory = storage === undefined ? null : studyFolder(storage, name);
  if (!Number.isSafeInteger(seed)) throw new EspalierError(`The seed is ${seed}; give a whole number.`);
  const { backend, versions } = await describeBackend();
  const owned = typeof options.model === "string";
  const studyModel = typeof options.model === "string" ? await loadStudyModel(options.model, { warn }) : options.model;
  let release: (() => void) | undefined;
  let ownQueue: EvaluationQueue | undefined;
  try {
    const { model, config } = studyModel;
    const calibration = calibrationOf(options.calibration);
    if (calibration !== undefined) demandShape(calibration, model.shape, studyModel.name);
    const cost = costModel(
      options.cost ?? "exact",
      model.shape,
      calibration === undefined ? {} : { latency: calibration.latency },
    );
    demandOwner(budgetUnit, cost);
    if (calibration !== undefined) warnOfOtherMachine(calibration, backend, warn);
    const pacer = new Pacer(options.signal);
    const settings: StudySettings = {
      model: studyModel.fingerprint,
      train: await fingerprintSamples(data.train, pacer),
      validation: await fingerprintSamples(data.validation, pacer),
      test: await fingerprintSamples(data.test, pacer),
      selector: chosenSelector.name,
      kernel: kernelLabel(kernel),
      cost: cost.name,
      conditioning,
      budgetUnit,
      seed,
      ...(calibration === undefined ? {} : { calibration: calibrationDigest(calibration.latency) }),
    };
    const [validation, test] = [data.validation, data.test].map((part) => sampleList(part, model));
    for (const list of [validation, test]) demandDistinctIds(list);
    const header: HeaderEntry = {
      kind: "header",
      version: JOURNAL_VERSION,
      name,
      settings,
      model: {
        name: studyModel.name,
        architecture: model.architecture,
        shape: model.shape,
        embedded: studyModel.embedded,
      },
      data: {
        name: data.name,
        split: data.split ?? "test",
        notes: data.notes ?? [],
        trainSamples: data.train.length,
        validation,
        test,
      },
      ...(calibration === undefined
        ? {}
        : {
            calibration: {
              created: calibration.created,
              machine: calibration.machine,
              latency: calibration.latency,
              selector: calibration.settings.selector,
              endToEnd: { ratio: calibration.endToEnd.ratio, rSquared: calibration.endToEnd.rSquared },
            },
          }),
      accuracyMetric: scorerOf(data).metric,
      overheadMacs: overheadMacs(config, chosenSelector, data.test),
    };
    if (directory !== null) {
      try {
        makeFolder(directory);
      } catch (error) {
        throw fileError("make", directory, error);
      }
      release = takeLock(join(directory, "lock"), name);
    }
    const computing = await describeComputing();
    if (typeof options.queue === "string") {
      ownQueue = await openRedisQueue({ url: options.queue, code: computing.code, onNotice: warn });
    }
    const queue = ownQueue ?? (options.queue as EvaluationQueue | undefined) ?? null;
    const journal = openJournal(directory, header, warn);
    const resumed = journal.entries.length > 1;
    const context = new StudyContext({
      header: journal.entries[0] as HeaderEntry,
      journal,
      emitter: new StudyEmitter(),
      studyModel,
      data,
      selector: chosenSelector,
      kernel,
      cost,
      directory,
      warn,
      queue,
      computing: { ...computing, source: options.source ?? null },
    });
    const close = async () => {
      context.dispose();
      await ownQueue?.close();
      journal.close();
      release?.();
      if (owned) model.dispose();
    };
    try {
      const session = { kind: "session", backend, versions } as const;
      if (JSON.stringify(context.entriesOf("session").at(-1)) !== JSON.stringify(session)) journal.append(session);
    } catch (error) {
      journal.close();
      throw error;
    }
    const { signal, surroundings } = options;
    return new Study({ context, directory, resumed, close, signal, surroundings });
  } catch (error) {
    await ownQueue?.close();
    release?.();
    if (owned) studyModel.model.dispose();
    throw error;
  }
}

/**
 * The results of a study on disk, without its model and without computing anything but intervals; a study that another
 * process is working on may be read.
 *
 * @throws EspalierError when there is no such study, or its journal is damaged.
 *
 * @example
 * const { frontier } = await readStudy("runs", "first"); // without the model
 */
export async function readStudy(storage: string, name: string): Promise<Results> {
  const directory = studyFolder(storage, name);
  const file = join(directory, "journal.jsonl");
  if (!existsSync(file)) {
    throw new EspalierError(`There is no study ${name} in ${storage}; check the name and --storage, or search first.`);
  }
  return assembleResults(readJournal(file));
}
