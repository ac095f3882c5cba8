/** A worker's side of a study: a model with its samples, and the jobs that are about them. */
import { type PreparedSamples, prepareSamples } from "../../evaluation/index.js";
import { type EvaluationJob, type EvaluationResult, JobRefused } from "../../queue/index.js";
import { selector } from "../../selectors/index.js";
import { Pacer } from "../../tensor/index.js";
import { scorerOf } from "../accuracy.js";
import type { StudyData, StudySample } from "../data/index.js";
import { fingerprintSamples } from "../fingerprint.js";
import type { StudyModel } from "../studyModel.js";
import { computeJob } from "./computeJob.js";

/** Lists of samples that are kept behind the teacher, one for each selector; the one that was used longest ago goes. */
const KEPT = 3;

/**
 * Evaluates jobs about one model and its samples, and refuses those about others.
 *
 * @example
 * const studyModel = await loadStudyModel("Qwen2.5-VL-3B-Instruct");
 * const { backend, code } = await describeComputing();
 * const evaluator = await JobEvaluator.open(studyModel, data, backend);
 * const url = "redis://queue.example";
 * const worker = await startWorker({ url, code, handler: (job, { signal }) => evaluator.run(job, signal) });
 */
export class JobEvaluator {
  readonly #studyModel: StudyModel;
  readonly #data: StudyData;
  readonly #backend: string;
  /** The lists that jobs may name, by digest. */
  readonly #lists: ReadonlyMap<string, readonly StudySample[]>;
  /** In the order of their last use. */
  readonly #prepared = new Map<string, PreparedSamples>();

  private constructor(
    studyModel: StudyModel,
    data: StudyData,
    backend: string,
    lists: ReadonlyMap<string, readonly StudySample[]>,
  ) {
    this.#studyModel = studyModel;
    this.#data = data;
    this.#backend = backend;
    this.#lists = lists;
  }

  /**
   * @param studyModel stays its owner's. @param backend arithmetic that computes here (`describeComputing`).
   * @throws Stopped.
   */
  static async open(
    studyModel: StudyModel,
    data: StudyData,
    backend: string,
    pacer: Pacer = new Pacer(),
  ): Promise<JobEvaluator> {
    const lists = new Map<string, readonly StudySample[]>();
    for (const list of [data.validation, data.test]) lists.set(await fingerprintSamples(list, pacer), list);
    return new JobEvaluator(studyModel, data, backend, lists);
  }

  /** @throws JobRefused for a job about another model, other samples or another arithmetic; Stopped. */
  async run(
    job: EvaluationJob,
    signal: AbortSignal,
    progress: (fraction: number) => void = () => undefined,
  ): Promise<EvaluationResult> {
    const { name, fingerprint } = this.#studyModel;
    if (job.model !== fingerprint) {
      throw new JobRefused(
        `The job is about a model with the digest ${job.model}, and this worker has ${name} with ${fingerprint}; start it with the study's --model.`,
      );
    }
    const samples = this.#lists.get(job.samples.digest);
    if (samples === undefined) {
      throw new JobRefused(
        `The job is about samples with the digest ${job.samples.digest}, which ${this.#data.name} as this worker reads it does not have; give it the study's data, with the same numbers of samples and the same seed.`,
      );
    }
    if (job.backend !== this.#backend) {
      throw new JobRefused(
        `The study computes with ${job.backend} and this worker with ${this.#backend}, which rounds differently; let both have the same backend (espalier doctor).`,
      );
    }
    const pacer = new Pacer(signal);
    const prepared = await this.#samplesOf(job, samples, pacer);
    return computeJob(job, { prepared, samples, scorer: scorerOf(this.#data) }, pacer, progress);
  }

  async #samplesOf(job: EvaluationJob, samples: readonly StudySample[], pacer: Pacer): Promise<PreparedSamples> {
    const { name, seed } = job.selector;
    const key = JSON.stringify([job.samples.digest, name, seed]);
    const known = this.#prepared.get(key);
    if (known !== undefined) {
      this.#prepared.delete(key);
      this.#prepared.set(key, known);
      return known;
    }
    for (const [old, held] of this.#prepared) {
      if (this.#prepared.size < KEPT) break;
      held.dispose();
      this.#prepared.delete(old);
    }
    const prepared = await prepareSamples(this.#studyModel.model, selector(name, seed), samples, { pacer });
    this.#prepared.set(key, prepared);
    return prepared;
  }

  /** The model stays. */
  dispose(): void {
    for (const prepared of this.#prepared.values()) prepared.dispose();
    this.#prepared.clear();
  }
}
