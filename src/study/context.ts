/** What the parts of a study share: model, samples, journal, and how a configuration is evaluated and remembered. */
import { join } from "node:path";
import type { CostModel } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { type PreparedSample, type PreparedSamples, prepareSamples } from "../evaluation/index.js";
import {
  type EvaluationJob,
  type EvaluationQueue,
  type EvaluationResult,
  evaluationJob,
  type Json,
  type Priority,
} from "../queue/index.js";
import type { KernelFunction } from "../schedules/index.js";
import { type Selector, type StaticSelector, selector } from "../selectors/index.js";
import type { Pacer } from "../tensor/index.js";
import { type Scorer, scorerOf } from "./accuracy.js";
import { StudyCosts } from "./costs.js";
import { demandSamples, type StudyData, type StudySample } from "./data/index.js";
import type { EvaluationEntry, HeaderEntry, JournalEntry, Outcome, StudySettings } from "./entries.js";
import { computeJob, FORCED_METRIC } from "./evaluations/computeJob.js";
import { type Submission, submit } from "./evaluations/submit.js";
import type { StudyEmitter, StudyEvents, StudyPart } from "./events.js";
import type { Journal } from "./journal.js";
import type { StudyModel } from "./studyModel.js";
import { taskMeans } from "./taskMeans.js";

/** Samples of a job: as many as run together. */
const JOB_SAMPLES = 32;

export type ScoredSplit = "validation" | "test";

export interface ContextParts {
  readonly header: HeaderEntry;
  readonly journal: Journal;
  readonly emitter: StudyEmitter;
  readonly studyModel: StudyModel;
  readonly data: StudyData;
  readonly selector: Selector;
  readonly kernel: KernelFunction;
  readonly cost: CostModel;
  /** Null for a study in memory. */
  readonly directory: string | null;
  /** Told in one sentence what is noteworthy and no error. */
  readonly warn: (sentence: string) => void;
  /** What evaluates; null evaluates here. */
  readonly queue: EvaluationQueue | null;
  /** Version and arithmetic of what computes here, and where a worker finds model and samples. */
  readonly computing: Computing;
}

/** What jobs say of the code that made them. */
export interface Computing {
  readonly code: string;
  readonly backend: string;
  readonly source: Json;
}

/** What to evaluate. */
export interface Candidate {
  readonly split: ScoredSplit;
  readonly series: string;
  readonly configuration: string;
  readonly budget: number | null;
  readonly counts: readonly (readonly number[])[];
  readonly beforeTopUp?: readonly (readonly number[])[];
  /** Layer-forwards that were spent on finding it, charged with its evaluation; default 0. */
  readonly searchLayerForwards?: number;
}

/** The mean of numbers; NaN of none. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

export class StudyContext {
  readonly header: HeaderEntry;
  readonly settings: StudySettings;
  readonly studyModel: StudyModel;
  readonly data: StudyData;
  readonly selector: Selector;
  readonly kernel: KernelFunction;
  readonly cost: CostModel;
  readonly emitter: StudyEmitter;
  readonly warn: (sentence: string) => void;
  readonly #queue: EvaluationQueue | null;
  readonly #computing: Computing;
  readonly #journal: Journal;
  readonly #directory: string | null;
  readonly #scorer: Scorer;
  readonly #prepared = new Map<ScoredSplit, PreparedSamples>();
  readonly #costs: StudyCosts;
  readonly #described = new WeakMap<EvaluationEntry, StudyEvents["evaluation"]>();

  constructor(parts: ContextParts) {
    this.header = parts.header;
    this.settings = parts.header.settings;
    this.studyModel = parts.studyModel;
    this.data = parts.data;
    this.selector = parts.selector;
    this.kernel = parts.kernel;
    this.cost = parts.cost;
    this.emitter = parts.emitter;
    this.warn = parts.warn;
    this.#queue = parts.queue;
    this.#computing = parts.computing;
    this.#journal = parts.journal;
    this.#directory = parts.directory;
    this.#scorer = scorerOf(parts.data);
    this.#costs = new StudyCosts(parts.header);
  }

  get layers(): number {
    return this.studyModel.model.shape.layers;
  }

  get entries(): readonly JournalEntry[] {
    return this.#journal.entries;
  }

  /** A file in the study's folder; null for a study in memory. */
  file(name: string): string | null {
    return this.#directory === null ? null : join(this.#directory, name);
  }

  append(entry: JournalEntry): void {
    this.#journal.append(entry);
  }

  progress(part: StudyPart, label: string, done: number, total: number): void {
    this.emitter.emit("progress", { part, label, done, total });
  }

  /** Entries of a kind, in the order of the journal. */
  entriesOf<K extends JournalEntry["kind"]>(kind: K): Extract<JournalEntry, { kind: K }>[] {
    return this.entries.filter((entry) => entry.kind === kind) as Extract<JournalEntry, { kind: K }>[];
  }

  /** The evaluation of a configuration, if it is finished. */
  finished(key: Pick<Candidate, "split" | "series" | "configuration">): EvaluationEntry | undefined {
    return this.entriesOf("evaluation").find(
      (entry) => entry.split === key.split && entry.series === key.series && entry.configuration === key.configuration,
    );
  }

  /** Samples of a split behind the teacher; kept until `dispose`. */
  async prepared(split: ScoredSplit, pacer: Pacer): Promise<PreparedSamples> {
    const known = this.#prepared.get(split);
    if (known) return known;
    demandSamples(this.data, split);
    const started = performance.now();
    const prepared = await this.prepare(this.data[split], `teacher on ${split} samples`, pacer);
    this.#prepared.set(split, prepared);
    if (!this.entriesOf("teacher").some((entry) => entry.split === split)) {
      const seconds = (performance.now() - started) / 1000;
      this.append({ kind: "teacher", split, layerForwards: prepared.layerForwards, seconds });
    }
    return prepared;
  }

  /** The scorer of the study's accuracies. */
  get scorer(): Scorer {
    return this.#scorer;
  }

  /** Runs the teacher over samples. The caller disposes the result. */
  async prepare(samples: readonly StudySample[], label: string, pacer: Pacer): Promise<PreparedSamples> {
    this.progress("samples", label, 0, samples.length);
    return prepareSamples(this.studyModel.model, this.selector, samples, {
      pacer,
      onProgress: (done) => this.progress("samples", label, done, samples.length),
    });
  }

  /** The same samples ranked by a selector that does not look at the model; owned by whom they were made from. */
  withSelector(prepared: PreparedSamples, other: StaticSelector): PreparedSamples {
    const samples = prepared.samples.map(
      (sample): PreparedSample => ({ ...sample, firstScores: other.scores(sample) }),
    );
    return { ...prepared, selector: other, samples };
  }

  /** A static selector by name, drawing with the study's seed. */
  staticSelector(name: string): StaticSelector {
    const found = selector(name, this.settings.seed);
    if (found.kind !== "static") throw new EspalierError(`The selector ${name} looks at the model; a control may not.`);
    return found;
  }

  /** Samples of a split as a selector ranks them; owned by the context. */
  async #ranked(split: ScoredSplit, name: string, pacer: Pacer): Promise<PreparedSamples> {
    const prepared = await this.prepared(split, pacer);
    return name === this.settings.selector ? prepared : this.withSelector(prepared, this.staticSelector(name));
  }

  /**
   * A job for schedules on some samples of a split.
   *
   * @param indices of the samples; several schedules name the same samples again, block after block.
   * @param counts [S][L], one row an index.
   * @param selectorName default the study's.
   */
  job(
    split: ScoredSplit,
    indices: readonly number[],
    counts: readonly (readonly number[])[],
    selectorName = this.settings.selector,
  ): EvaluationJob {
    const { model, seed } = this.settings;
    return evaluationJob({
      ...this.#computing,
      model,
      samples: { digest: this.settings[split], indices },
      selector: { name: selectorName, seed },
      counts,
      // Nothing is reported of the accuracy on validation samples.
      metric: split === "test" ? this.#scorer.metric : FORCED_METRIC,
    });
  }

  /** Has jobs on a split computed, here or by the study's queue; results come in order. @throws Stopped. */
  async compute(split: ScoredSplit, submission: Submission, pacer: Pacer): Promise<void> {
    const here = async (job: EvaluationJob, own: Pacer, progress: (fraction: number) => void) => {
      const prepared = await this.#ranked(split, job.selector.name, own);
      return computeJob(job, { prepared, samples: this.data[split], scorer: this.#scorer }, own, progress);
    };
    const onResult = (index: number, result: EvaluationResult) => {
      this.#demandFinite(submission.jobs[index], split, result);
      submission.onResult(index, result);
    };
    await submit(this.#queue, here, { ...submission, onResult }, pacer);
  }

  /** @throws EspalierError for a divergence that is no number. */
  #demandFinite({ samples, counts }: EvaluationJob, split: ScoredSplit, { divergence }: EvaluationResult): void {
    const bad = divergence.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return;
    throw new EspalierError(
      `The divergence of sample ${this.data[split][samples.indices[bad]].id} is ${divergence[bad]} with the counts ${counts[bad].join(" ")}; the model's weights or its pictures hold values that are not finite. Check them with "espalier parity".`,
    );
  }

  /**
   * Runs schedules on all samples of a split, tokens physically removed. Accuracy is the data's on test samples, and
   * teacher-forced exact match on validation samples, where nothing is reported of it.
   *
   * @param counts [S][L]
   * @param selectorName default the study's.
   */
  async outcome(
    split: ScoredSplit,
    counts: readonly (readonly number[])[],
    pacer: Pacer,
    selectorName?: string,
  ): Promise<Outcome & { readonly layerForwards: number }> {
    const priority: Priority = split === "test" ? "frontier" : "normal";
    const jobs: EvaluationJob[] = [];
    for (let first = 0; first < counts.length; first += JOB_SAMPLES) {
      const rows = counts.slice(first, first + JOB_SAMPLES);
      jobs.push(
        this.job(
          split,
          rows.map((_, i) => first + i),
          rows,
          selectorName,
        ),
      );
    }
    const divergence: number[] = [];
    const accuracy: number[] = [];
    let layerForwards = 0;
    const onResult = (_: number, result: EvaluationResult) => {
      divergence.push(...result.divergence);
      accuracy.push(...result.accuracy);
      layerForwards += result.layerForwards;
    };
    await this.compute(split, { jobs, priority, onResult }, pacer);
    return { counts, divergence, accuracy, layerForwards };
  }

  /**
   * Evaluates a configuration on every sample of its split and remembers it.
   *
   * @param selectorName whose tokens stay; default the study's.
   */
  async evaluate(candidate: Candidate, pacer: Pacer, selectorName?: string): Promise<EvaluationEntry> {
    const { split, counts, beforeTopUp, searchLayerForwards = 0, ...rest } = candidate;
    const started = performance.now();
    // The teacher is charged as its own; the study needs its samples prepared in any case.
    await this.prepared(split, pacer);
    const { layerForwards, ...outcome } = await this.outcome(split, counts, pacer, selectorName);
    const same = beforeTopUp?.every((row, s) => row.every((count, i) => count === counts[s][i]));
    const before =
      beforeTopUp === undefined || same ? undefined : await this.outcome(split, beforeTopUp, pacer, selectorName);
    const { layerForwards: again = 0, ...projected } = before ?? {};
    const entry: EvaluationEntry = {
      kind: "evaluation",
      split,
      ...rest,
      ...outcome,
      ...(beforeTopUp === undefined ? {} : { beforeTopUp: before === undefined ? outcome : (projected as Outcome) }),
      layerForwards: layerForwards + again + searchLayerForwards,
      seconds: (performance.now() - started) / 1000,
    };
    this.remember(entry);
    return entry;
  }

  /** Writes an evaluation into the journal and tells the listeners. */
  remember(entry: EvaluationEntry): void {
    this.append(entry);
    this.emitter.emit("evaluation", this.describe(entry));
  }

  /** An evaluation as listeners are told of it. Worked out once for each: thousands are asked for when a study is shown. */
  describe(entry: EvaluationEntry): StudyEvents["evaluation"] {
    const known = this.#described.get(entry);
    if (known !== undefined) return known;
    const { split, series, configuration, budget, divergence, accuracy, counts } = entry;
    const costs = this.#costs.mean(counts, split);
    const samples = this.header.data[split];
    const { visual } = samples;
    const described = {
      split,
      series,
      configuration,
      budget,
      cost: costs.normalised,
      divergence: meanOf(divergence),
      accuracy: meanOf(accuracy),
      taskAccuracy: taskMeans(accuracy, samples),
      costs,
      shares: counts[0].map((_, i) => meanOf(counts.map((row, s) => (visual[s] === 0 ? 1 : row[i] / visual[s])))),
    };
    this.#described.set(entry, described);
    return described;
  }

  /** T and V of a sample. */
  tokens(split: ScoredSplit, sample: number): { text: number; visual: number } {
    const { text, visual } = this.header.data[split];
    return { text: text[sample], visual: visual[sample] };
  }

  dispose(): void {
    for (const prepared of this.#prepared.values()) prepared.dispose();
    this.#prepared.clear();
  }
}
