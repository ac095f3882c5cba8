/** The façade: one object that searches, evaluates, compares and reports, and remembers everything on the disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../checkpoint/index.js";
import { BUDGET_UNITS, type BudgetUnit, type CostName, costModel } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { FrontierPoint, ResultMean, Results } from "../export/index.js";
import { type KernelSpec, kernelFunction, type ScheduleFile, sharesFromCounts } from "../schedules/index.js";
import { CONDITIONINGS, type Conditioning } from "../search/index.js";
import { selector } from "../selectors/index.js";
import { Pacer, useBackend } from "../tensor/index.js";
import { scorerOf } from "./accuracy.js";
import { runComparisons, type StudyComparisonsOptions } from "./comparisonsRun.js";
import { StudyContext } from "./context.js";
import { runControls, type StudyControlsOptions } from "./controlsRun.js";
import type { StudyData, StudySample } from "./data.js";
import { type HeaderEntry, JOURNAL_VERSION, type SampleList, type StudySettings } from "./entries.js";
import { runEvaluate, type ScheduleToEvaluate, type StudyEvaluateOptions } from "./evaluateRun.js";
import { StudyEmitter, type StudyEvents } from "./events.js";
import { differences, fingerprintSamples } from "./fingerprint.js";
import { runGrid, type StudyGridOptions } from "./gridRun.js";
import { Journal, readJournal } from "./journal.js";
import { takeLock } from "./lock.js";
import { overheadMacs } from "./overhead.js";
import { evaluations } from "./reading.js";
import { assembleResults } from "./results.js";
import { runSearch, type StudySearchOptions } from "./searchRun.js";
import { loadStudyModel, type StudyModel } from "./studyModel.js";
import { kernelLabel } from "./training.js";

export interface StudyOptions {
  /** A checkpoint directory, or a model that is loaded (`loadStudyModel`), which stays its owner's. */
  readonly model: string | StudyModel;
  readonly data: StudyData;
  /** Which tokens stay; default "fastv". */
  readonly selector?: string;
  /** How few parameters become a schedule; default "multiStep". */
  readonly kernel?: KernelSpec;
  /** What is searched under; default "exact". */
  readonly cost?: CostName;
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
}

/** Stops one operation from outside. */
export interface Stoppable {
  readonly signal?: AbortSignal;
}

/** What `best` found. */
export interface BestSchedule {
  readonly point: FrontierPoint;
  readonly mean: ResultMean;
  /** Every test sample's counts, and the mean shares for any other sample; `writeScheduleFile` takes it. */
  readonly schedule: Omit<ScheduleFile, "layers">;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u;

/** The folder of a study. @throws EspalierError for a name that is no folder's. */
export function studyFolder(storage: string, name: string): string {
  if (NAME.test(name)) return join(storage, name);
  throw new EspalierError(
    `A study cannot be called ${JSON.stringify(name)}; use up to 100 letters, digits, spaces, dots, dashes and underscores, a letter or digit first.`,
  );
}

function sampleList(samples: readonly StudySample[], imageToken: number): SampleList {
  const visual = samples.map(({ inputIds }) => inputIds.reduce((count, id) => count + (id === imageToken ? 1 : 0), 0));
  return {
    ids: samples.map(({ id }) => id),
    tasks: samples.map(({ task }) => task),
    text: samples.map(({ promptLength }, s) => promptLength - visual[s]),
    visual,
  };
}

function oneOf<T extends string>(value: T, allowed: readonly T[], what: string): T {
  if (allowed.includes(value)) return value;
  throw new EspalierError(`There is no ${what} "${value}"; choose one of ${allowed.join(", ")}.`);
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
 * @throws EspalierError for settings that do not exist or differ from those the study was begun with, a study that another
 *   process is using, a damaged journal, a disk that refuses.
 */
export async function createStudy(options: StudyOptions): Promise<Study> {
  const { data, storage, name = "study", seed = 0 } = options;
  const warn = options.warn ?? ((sentence: string) => process.emitWarning(sentence));
  const chosenSelector = selector(options.selector ?? "fastv", seed);
  const kernel = kernelFunction(options.kernel ?? "multiStep");
  const conditioning = oneOf(options.conditioning ?? "input", CONDITIONINGS, "conditioning");
  const budgetUnit = oneOf(options.budgetUnit ?? "normalised", BUDGET_UNITS, "budget unit");
  const directory = storage === undefined ? null : studyFolder(storage, name);
  if (!Number.isSafeInteger(seed)) throw new EspalierError(`The seed is ${seed}; give a whole number.`);
  const { backend, versions } = await describeBackend();
  const owned = typeof options.model === "string";
  const studyModel = typeof options.model === "string" ? await loadStudyModel(options.model, warn) : options.model;
  let release: (() => void) | undefined;
  try {
    const { model, config } = studyModel;
    const cost = costModel(options.cost ?? "exact", model.shape);
    if (budgetUnit === "kvBytes" && cost.name !== "kvBytes") {
      throw new EspalierError('Budgets in kvBytes need the cost "kvBytes"; choose it, or another budget unit.');
    }
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
    };
    const [validation, test] = [data.validation, data.test].map((part) => sampleList(part, model.imageTokenId));
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
      accuracyMetric: scorerOf(data).metric,
      overheadMacs: overheadMacs(config, chosenSelector, data.test),
    };
    if (directory !== null) {
      try {
        mkdirSync(directory, { recursive: true });
      } catch (error) {
        throw fileError("make", directory, error);
      }
      release = takeLock(join(directory, "lock"), name);
    }
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
    });
    const close = () => {
      context.dispose();
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
    return new Study(context, directory, resumed, close, options.signal);
  } catch (error) {
    release?.();
    if (owned) studyModel.model.dispose();
    throw error;
  }
}

/** A study: made by `createStudy`. Its operations run one at a time, in the order in which they were asked for. */
export class Study {
  readonly name: string;
  /** Null for a study in memory. */
  readonly directory: string | null;
  /** Whether the study existed before. */
  readonly resumed: boolean;
  readonly #context: StudyContext;
  readonly #close: () => void;
  readonly #signal: AbortSignal | undefined;
  #running: AbortController | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    context: StudyContext,
    directory: string | null,
    resumed: boolean,
    close: () => void,
    signal: AbortSignal | undefined,
  ) {
    this.name = context.header.name;
    this.directory = directory;
    this.resumed = resumed;
    this.#context = context;
    this.#close = close;
    this.#signal = signal;
  }

  /** Listens to what happens (`StudyEvents`). @returns takes the listener away again. */
  on<E extends keyof StudyEvents>(event: E, listener: (event: StudyEvents[E]) => void): () => void {
    return this.#context.emitter.on(event, listener);
  }

  /**
   * Trains a predictor (or goes on, or takes the trained one) and evaluates its schedules at every budget. With another
   * kernel function or conditioning than the study's the result is a series of its own, to compare with.
   *
   * @throws EspalierError for a budget that a sample cannot meet, and training settings that differ from those begun with;
   *   Stopped.
   */
  search({ signal, ...options }: StudySearchOptions & Stoppable = {}): Promise<void> {
    return this.#run("search", signal, (pacer) => runSearch(this.#context, options, pacer));
  }

  /** Evaluates the reference grid on the validation samples and what it chooses on the test samples (METHOD §9). */
  grid(options: StudyGridOptions & Stoppable = {}): Promise<void> {
    return this.#run("grid", options.signal, (pacer) => runGrid(this.#context, options, pacer));
  }

  /** Evaluates the controls at the search's cost: random tokens, a uniform stride, and smaller pictures where there are any. */
  controls(options: StudyControlsOptions & Stoppable = {}): Promise<void> {
    return this.#run("controls", options.signal, (pacer) => runControls(this.#context, options, pacer));
  }

  /** Evaluates what paired comparisons at matched cost still need; `results` then has them. */
  compare(options: StudyComparisonsOptions & Stoppable = {}): Promise<void> {
    return this.#run("comparisons", options.signal, (pacer) => runComparisons(this.#context, options, pacer));
  }

  /**
   * Evaluates a schedule on the test samples.
   *
   * @returns its mean over them, with intervals.
   * @throws EspalierError for a schedule that rises, or does not fit model and samples; Stopped.
   */
  evaluate(schedule: ScheduleToEvaluate, options: StudyEvaluateOptions & Stoppable = {}): Promise<ResultMean> {
    return this.#run("evaluate", options.signal, async (pacer) => {
      const { series, configuration } = await runEvaluate(this.#context, schedule, options, pacer);
      const { means } = await assembleResults(this.#context.entries, pacer);
      return means.find((mean) => mean.series === series && mean.configuration === configuration)!;
    });
  }

  /** Everything that has been evaluated, with intervals, comparisons and quality (`RESULTS.md`). */
  results(options: Stoppable = {}): Promise<Results> {
    return this.#run("results", options.signal, async (pacer) => {
      this.#context.progress("intervals", "intervals", 0, 1);
      const results = await assembleResults(this.#context.entries, pacer);
      this.#context.progress("intervals", "intervals", 1, 1);
      return results;
    });
  }

  /** The search's configurations that none of its others dominates, by rising cost. */
  async frontier(options: Stoppable = {}): Promise<FrontierPoint[]> {
    return (await this.results(options)).frontier;
  }

  /**
   * The frontier's configuration of least divergence within a budget.
   *
   * @param wanted.budget mean cost over the test samples, in `unit`.
   * @param wanted.unit default the study's.
   * @throws EspalierError when the frontier has nothing that cheap; the cheapest is named.
   */
  async best(wanted: { budget: number; unit?: BudgetUnit } & Stoppable): Promise<BestSchedule> {
    const unit = oneOf(wanted.unit ?? this.#context.settings.budgetUnit, BUDGET_UNITS, "budget unit");
    const { frontier, means } = await this.results(wanted);
    if (frontier.length === 0) throw new EspalierError("The frontier is empty; search first.");
    const within = frontier.filter(({ cost }) => cost[unit] <= wanted.budget * (1 + 1e-9));
    if (within.length === 0) {
      const cheapest = Math.min(...frontier.map(({ cost }) => cost[unit]));
      throw new EspalierError(
        `The frontier has no configuration within a budget of ${wanted.budget} (${unit}); its cheapest costs ${Number(cheapest.toPrecision(4))}. Search at a lower budget, or ask for more.`,
      );
    }
    const point = within.reduce((best, one) => (one.divergence.mean < best.divergence.mean ? one : best));
    const same = ({ series, configuration }: { series: string; configuration: string }) =>
      series === point.series && configuration === point.configuration;
    const mean = means.find(same)!;
    const entry = evaluations(this.#context.entries, "test", point.series).find(same)!;
    const shares = sharesFromCounts(mean.meanCounts, mean.visualTokens);
    const { ids } = this.#context.header.data.test;
    const samples = new Map(ids.map((id, s) => [id, { counts: entry.counts[s] }]));
    const about = { study: this.name, model: this.#context.header.model.name, configuration: point.configuration };
    return { point, mean, schedule: { common: { shares }, samples, about } };
  }

  /** Stops what is running after the layer that is being computed; its promise rejects with `Stopped`. */
  stop(): void {
    this.#running?.abort();
  }

  /** Stops, waits for what was asked for to end, and gives the study free. */
  async close(): Promise<void> {
    this.#closed = true;
    this.stop();
    await this.#queue;
    this.#close();
  }

  #run<T>(operation: string, signal: AbortSignal | undefined, work: (pacer: Pacer) => Promise<T>): Promise<T> {
    const start = async (): Promise<T> => {
      if (this.#closed) throw new EspalierError(`The study ${this.name} is closed; open it again with createStudy.`);
      const controller = new AbortController();
      this.#running = controller;
      const signals = [controller.signal, signal, this.#signal].filter((one) => one !== undefined);
      const { emitter, entries } = this.#context;
      const before = entries.length;
      emitter.emit("state", { running: true, operation, reused: false });
      try {
        return await work(new Pacer(AbortSignal.any(signals)));
      } finally {
        this.#running = null;
        emitter.emit("state", { running: false, operation, reused: entries.length === before });
      }
    };
    const result = this.#queue.then(start);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/**
 * The results of a study on disk, without its model and without computing anything but intervals; a study that another
 * process is working on may be read.
 *
 * @throws EspalierError when there is no such study, or its journal is damaged.
 */
export async function readStudy(storage: string, name: string): Promise<Results> {
  const directory = studyFolder(storage, name);
  const file = join(directory, "journal.jsonl");
  if (!existsSync(file)) {
    throw new EspalierError(`There is no study ${name} in ${storage}; check the name and --storage, or search first.`);
  }
  return assembleResults(readJournal(file));
}
