/** The façade: one object that searches, evaluates, compares and reports. */
import { BUDGET_UNITS, type BudgetUnit, type QuadraticCost } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { CostUnit, FrontierPoint, ResultCertificate, ResultMean, Results } from "../export/index.js";
import { type ScheduleFile, sharesFromCounts } from "../schedules/index.js";
import type { SearcherMethod } from "../search/index.js";
import { Pacer } from "../tensor/index.js";
import { measuredCertificate } from "./certificateReading.js";
import { runCertificate, type ScheduleToCertify, type StudyCertificateOptions } from "./certificateRun.js";
import { summarise } from "./certificateSummary.js";
import {
  runComparison,
  runComparisons,
  type StudyComparisonOptions,
  type StudyComparisonsOptions,
} from "./comparisons/index.js";
import { meanOf, type StudyContext } from "./context.js";
import { runControls, type StudyControlsOptions } from "./controlsRun.js";
import { predictionIn } from "./costPrediction.js";
import { runEvaluate, type ScheduleToEvaluate, type StudyEvaluateOptions } from "./evaluateRun.js";
import type { StudyEvents } from "./events.js";
import { type HypervolumeCurve, hypervolumeCurve } from "./hypervolumeCurve.js";
import { evaluations } from "./reading.js";
import { runRecipes, type StudyRecipesOptions } from "./recipesRun.js";
import { assembleResults } from "./results.js";
import { runGrid, runRival, type StudyGridOptions, type StudyRivalOptions } from "./searchers/index.js";
import { runSearch, type StudySearchOptions } from "./searchRun.js";
import { type PictureSurvival, runSurvival, type StudySurvivalOptions } from "./survivalRun.js";
import { taskMeans } from "./taskMeans.js";

/** Stops one operation from outside. */
export interface Stoppable {
  /** Its abort stops the operation; what is finished is kept. */
  readonly signal?: AbortSignal;
}

/**
 * What stands around each operation of a study: a host's own way of showing what runs, or of stopping it. It gets the
 * operation's name and the operation, which it calls once and whose promise it gives back.
 *
 * @param work takes a signal that stops it as the caller's own does.
 */
export type Surroundings = <T>(operation: string, work: (signal?: AbortSignal) => Promise<T>) => Promise<T>;

/** What a study is made of. */
export interface StudyParts {
  readonly context: StudyContext;
  /** Null for a study in memory. */
  readonly directory: string | null;
  readonly resumed: boolean;
  readonly close: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
  readonly surroundings: Surroundings | undefined;
}

/** What a study is about. */
export interface StudyFacts {
  /** Its name. */
  readonly model: string;
  /** Whether the model is the one that ships with Espalier. */
  readonly embedded: boolean;
  /** L. */
  readonly layers: number;
  /** Its name. */
  readonly data: string;
  /** Test samples. */
  readonly samples: number;
  /** Mean visual tokens of a test sample. */
  readonly visualTokens: number;
  readonly selector: string;
  readonly kernelFunction: string;
  readonly budgetUnit: BudgetUnit;
  /** What accuracies are. */
  readonly accuracyMetric: string;
  /** Of the test samples, in the order in which they come. */
  readonly tasks: readonly string[];
}

/** What `best` found. */
export interface BestSchedule {
  /** Of the frontier. */
  readonly point: FrontierPoint;
  /** The same configuration with its counts. */
  readonly mean: ResultMean;
  /** Every test sample's counts, and the mean shares for any other sample; `writeScheduleFile` takes it. */
  readonly schedule: Omit<ScheduleFile, "layers">;
}

/** @throws EspalierError that lists what there is, for a name that is not among it. */
export function oneOf<T extends string>(value: T, allowed: readonly T[], what: string): T {
  if (allowed.includes(value)) return value;
  throw new EspalierError(`There is no ${what} "${value}"; choose one of ${allowed.join(", ")}.`);
}

/** A study: made by `createStudy`. Its operations run one at a time, in the order in which they were asked for. */
export class Study {
  readonly name: string;
  /** Null for a study in memory. */
  readonly directory: string | null;
  /** Whether the study existed before. */
  readonly resumed: boolean;
  readonly #context: StudyContext;
  readonly #close: () => Promise<void>;
  readonly #signal: AbortSignal | undefined;
  readonly #surroundings: Surroundings;
  #running: { readonly operation: string; readonly controller: AbortController } | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ context, directory, resumed, close, signal, surroundings }: StudyParts) {
    this.name = context.header.name;
    this.directory = directory;
    this.resumed = resumed;
    this.#context = context;
    this.#close = close;
    this.#signal = signal;
    this.#surroundings = surroundings ?? ((_operation, work) => work());
  }

  /** What it is about, known before anything has been evaluated. */
  get facts(): StudyFacts {
    const { model, data, settings, accuracyMetric } = this.#context.header;
    const { visual, tasks } = data.test;
    return {
      model: model.name,
      embedded: model.embedded,
      layers: model.shape.layers,
      data: data.name,
      samples: visual.length,
      visualTokens: visual.length === 0 ? 0 : meanOf(visual),
      selector: settings.selector,
      kernelFunction: settings.kernel,
      budgetUnit: settings.budgetUnit,
      accuracyMetric,
      tasks: [...new Set(tasks)],
    };
  }

  /** What runs now, by the name of its method; null where nothing does. */
  get running(): string | null {
    return this.#running?.operation ?? null;
  }

  /** Whether `close` has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Every evaluation in the journal, in its order, as the event `evaluation` tells of it. */
  evaluations(): StudyEvents["evaluation"][] {
    return this.#context.entriesOf("evaluation").map((entry) => this.#context.describe(entry));
  }

  /**
   * Listens to what happens (`StudyEvents`). @returns takes the listener away again.
   *
   * @example
   * const silence = study.on("progress", ({ label, done, total }) => console.log(label, done, "of", total));
   */
  on<E extends keyof StudyEvents>(event: E, listener: (event: StudyEvents[E]) => void): () => void {
    return this.#context.emitter.on(event, listener);
  }

  /**
   * Trains a predictor (or goes on, or takes the trained one) and evaluates its schedules at every budget. With another
   * kernel function or conditioning than the study's the result is a series of its own, to compare with.
   *
   * @throws EspalierError for a budget that a sample cannot meet, and training settings that differ from those begun with;
   *   Stopped.
   *
   * @example
   * await study.search({ budgets: [0.1, 0.3, 0.5] });
   * await study.search({ kernel: "singleStep" }); // a series of its own, beside it
   */
  search({ signal, ...options }: StudySearchOptions & Stoppable = {}): Promise<void> {
    return this.#run("search", signal, (pacer) => runSearch(this.#context, options, pacer));
  }

  /**
   * Evaluates the reference grid on the validation samples and what it chooses on the test samples (METHOD §9).
   *
   * @example
   * await study.grid({ singleStep: 20, random: 50 });
   */
  grid(options: StudyGridOptions & Stoppable = {}): Promise<void> {
    return this.#run("grid", options.signal, (pacer) => runGrid(this.#context, options, pacer));
  }

  /**
   * Runs a rival searcher on the validation samples, and what it chooses on the test samples (METHOD §8); `results` then has
   * it beside the search, with what each cost.
   *
   * @param rival a name of `SEARCHERS`, or a searcher of one's own.
   * @throws EspalierError for an unknown name, a number of evaluations that is none, and settings that differ from those begun
   *   with; Stopped.
   *
   * @example
   * await study.rival("nsga2", { evaluations: 200 });
   */
  rival(rival: string | SearcherMethod, { signal, ...options }: StudyRivalOptions & Stoppable = {}): Promise<void> {
    return this.#run("rival", signal, (pacer) => runRival(this.#context, rival, options, pacer));
  }

  /**
   * Evaluates the controls at the search's cost: random tokens, a uniform stride, and smaller pictures where there are any.
   *
   * @example
   * await study.controls({ budgets: [0.1, 0.3] });
   */
  controls(options: StudyControlsOptions & Stoppable = {}): Promise<void> {
    return this.#run("controls", options.signal, (pacer) => runControls(this.#context, options, pacer));
  }

  /**
   * Evaluates published recipes at the search's budgets, with the study's selector: FastV's, VTW's, PyramidDrop's, and the
   * selector's own.
   *
   * @throws EspalierError for a recipe that there is not, and a budget that a sample cannot meet; Stopped.
   *
   * @example
   * await study.recipes({ names: ["fastv", "pyramidDrop"] });
   */
  recipes(options: StudyRecipesOptions & Stoppable = {}): Promise<void> {
    return this.#run("recipes", options.signal, (pacer) => runRecipes(this.#context, options, pacer));
  }

  /**
   * Evaluates what paired comparisons at matched cost still need: the search with everything else, and what was asked for by
   * name. `results` then has them, with Holm's correction over all.
   *
   * @throws Stopped.
   *
   * @example
   * await study.compare();
   * const { comparisons } = await study.results();
   */
  compare(options?: StudyComparisonsOptions & Stoppable): Promise<void>;
  /**
   * Compares two series, or two schedules that were brought along, at matched executed cost, sample by sample; results have
   * the comparison from then on, by divergence and by accuracy.
   *
   * @param a the name of a series (`search`, `grid`, `control:random` …), or that under which a schedule was evaluated.
   * @param b likewise.
   * @throws EspalierError for a name that the study does not have, and budgets at which it does not have both; Stopped.
   *
   * @example
   * await study.compare("search", "control:random", { budgets: [0.3] });
   */
  compare(a: string, b: string, options?: StudyComparisonOptions & Stoppable): Promise<void>;
  compare(
    first: string | (StudyComparisonsOptions & Stoppable) = {},
    second?: string,
    options: StudyComparisonOptions & Stoppable = {},
  ): Promise<void> {
    if (typeof first === "string") {
      const names = [first, second ?? ""] as const;
      return this.#run("comparisons", options.signal, (pacer) => runComparison(this.#context, names, options, pacer));
    }
    return this.#run("comparisons", first.signal, (pacer) => runComparisons(this.#context, first, pacer));
  }

  /**
   * Evaluates a schedule on the test samples.
   *
   * @returns its mean over them, with intervals.
   * @throws EspalierError for a schedule that rises, or does not fit model and samples; Stopped.
   *
   * @example
   * const { divergence } = await study.evaluate({ shares: [1, 1, 0.5, 0.5, 0.25, 0.25, 0, 0] }, { name: "mine" });
   */
  evaluate(schedule: ScheduleToEvaluate, options: StudyEvaluateOptions & Stoppable = {}): Promise<ResultMean> {
    return this.#run("evaluate", options.signal, async (pacer) => {
      const { series, configuration } = await runEvaluate(this.#context, schedule, options, pacer);
      const { means } = await assembleResults(this.#context.entries, pacer);
      return means.find((mean) => mean.series === series && mean.configuration === configuration)!;
    });
  }

  /**
   * Measures what a token more or less at each layer of a schedule is worth on the test samples (METHOD §9). `results` then
   * has it too.
   *
   * @param wanted a schedule as `evaluate` takes it, which is evaluated first, or `{ budget }`, in the study's unit: every test
   *   sample's own counts as the search proposed them there.
   * @returns prices by layer with intervals, and the best exchange between two layers.
   * @throws EspalierError as `evaluate`, and for a budget that the search was not evaluated at; Stopped.
   *
   * @example
   * const { exchange } = await study.certificate({ budget: 0.3 });
   */
  certificate(
    wanted: ScheduleToCertify,
    options: StudyCertificateOptions & Stoppable = {},
  ): Promise<ResultCertificate> {
    return this.#run("certificate", options.signal, async (pacer) => {
      const { entries, header } = this.#context;
      const key = await runCertificate(this.#context, wanted, options, pacer);
      return summarise(measuredCertificate(entries, header, key)!, header, pacer);
    });
  }

  /**
   * What a schedule leaves of test samples' pictures: for every visual token, the layer at which it goes.
   *
   * @throws EspalierError as `evaluate`, and where no sample has its picture at hand; Stopped.
   *
   * @example
   * const [{ picture, lost }] = await study.survival({ shares: [1, 1, 0.5, 0.5, 0.25, 0.25, 0, 0] }, { samples: 1 });
   */
  async survival(
    schedule: ScheduleToEvaluate,
    options: StudySurvivalOptions & Stoppable = {},
  ): Promise<PictureSurvival[]> {
    return (await this.survivals([schedule], options))[0]!;
  }

  /** The same of several schedules, for little more than one takes. @returns by schedule. */
  survivals(
    schedules: readonly ScheduleToEvaluate[],
    options: StudySurvivalOptions & Stoppable = {},
  ): Promise<PictureSurvival[][]> {
    return this.#run("survival", options.signal, (pacer) => runSurvival(this.#context, schedules, options, pacer));
  }

  /**
   * Everything that has been evaluated, with intervals, comparisons, certificates and quality (`RESULTS.md`).
   *
   * @example
   * const { means, comparisons } = await study.results();
   */
  results(options: Stoppable = {}): Promise<Results> {
    return this.#run("results", options.signal, async (pacer) => {
      this.#context.progress("intervals", "intervals", 0, 1);
      const results = await assembleResults(this.#context.entries, pacer);
      this.#context.progress("intervals", "intervals", 1, 1);
      return results;
    });
  }

  /**
   * The same as `results`, as far as it is known now: it waits for nothing that runs, and is no operation itself.
   *
   * @throws EspalierError for a study without samples to score.
   */
  snapshot(): Promise<Results> {
    return assembleResults([...this.#context.entries]);
  }

  /** The unpruned model's accuracy by task; empty where all samples are of one, or it is not known yet. */
  unprunedTaskAccuracy(): ReadonlyMap<string, number> {
    const [unpruned] = this.#context.entriesOf("unpruned");
    return unpruned === undefined ? new Map() : taskMeans(unpruned.accuracy, this.#context.header.data.test);
  }

  /** How the search's frontier grew with the work that went into it; null until it is complete once. */
  hypervolumeCurve(): HypervolumeCurve | null {
    return hypervolumeCurve(this.#context.entries, this.#context.header);
  }

  /**
   * How the shares of a schedule that is the same for all test samples determine its mean cost (METHOD §2).
   *
   * @param unit default normalised.
   * @returns null for what no formula gives, as milliseconds.
   */
  costPrediction(unit?: Exclude<CostUnit, "ms">): QuadraticCost;
  costPrediction(unit: CostUnit): QuadraticCost | null;
  costPrediction(unit: CostUnit = "normalised"): QuadraticCost | null {
    return predictionIn(unit, this.#context.header, this.#context.cost);
  }

  /**
   * The search's configurations that none of its others dominates, by rising cost.
   *
   * @example
   * (await study.frontier()).map(({ cost, divergence }) => [cost.normalised, divergence.mean]);
   */
  async frontier(options: Stoppable = {}): Promise<FrontierPoint[]> {
    return (await this.results(options)).frontier;
  }

  /**
   * The frontier's configuration of least divergence within a budget.
   *
   * @param wanted.budget mean cost over the test samples, in `unit`.
   * @param wanted.unit default the study's.
   * @throws EspalierError when the frontier has nothing that cheap; the cheapest is named.
   *
   * @example
   * const { mean, schedule } = await study.best({ budget: 0.3, unit: "share" });
   */
  async best(wanted: { budget: number; unit?: BudgetUnit } & Stoppable): Promise<BestSchedule> {
    const unit = oneOf(wanted.unit ?? this.#context.settings.budgetUnit, BUDGET_UNITS, "budget unit");
    const { frontier, means } = await this.results(wanted);
    if (frontier.length === 0) throw new EspalierError("The frontier is empty; search first.");
    const costs = frontier.map(({ cost }) => cost[unit]).filter((cost) => cost !== undefined);
    if (costs.length < frontier.length) {
      throw new EspalierError(
        `The study ${this.name} has no calibration, so nothing is known in ms; measure one with espalier calibrate, and give it to createStudy.`,
      );
    }
    const within = frontier.filter((_, i) => costs[i] <= wanted.budget * (1 + 1e-9));
    if (within.length === 0) {
      const cheapest = Math.min(...costs);
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

  /**
   * Stops what is running after the layer that is being computed; its promise rejects with `Stopped`.
   *
   * @example
   * process.once("SIGINT", () => study.stop());
   */
  stop(): void {
    this.#running?.controller.abort();
  }

  /**
   * Stops, waits for what was asked for to end, and gives the study free.
   *
   * @example
   * await study.close();
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.stop();
    await this.#queue;
    await this.#close();
    this.#context.emitter.emit("closed", { name: this.name });
  }

  #run<T>(operation: string, signal: AbortSignal | undefined, work: (pacer: Pacer) => Promise<T>): Promise<T> {
    const start = async (): Promise<T> => {
      if (this.#closed) throw new EspalierError(`The study ${this.name} is closed; open it again with createStudy.`);
      const controller = new AbortController();
      this.#running = { operation, controller };
      const { emitter, entries } = this.#context;
      const before = entries.length;
      emitter.emit("state", { running: true, operation, reused: false });
      try {
        return await this.#surroundings(operation, (outer) => {
          const signals = [controller.signal, signal, this.#signal, outer].filter((one) => one !== undefined);
          return work(new Pacer(AbortSignal.any(signals)));
        });
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
