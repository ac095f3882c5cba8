/** The default: jobs are evaluated in this process. */
import type { EvaluationHandler, EvaluationQueue, SubmitOptions } from "./evaluationQueue.js";
import type { EvaluationJob } from "./job.js";
import { type PendingJob, PendingJobs } from "./pendingJobs.js";
import { demandLengths, type EvaluationResult } from "./result.js";

/**
 * Runs a handler on one job at a time, urgent ones first, equal ones once.
 *
 * **Differs from** the queue on Redis in that a failure is not tried again: in one process it would fail alike.
 *
 * @example
 * const evaluator = await JobEvaluator.open(studyModel, data, (await describeComputing()).backend);
 * const queue = new LocalEvaluationQueue((job, { signal }) => evaluator.run(job, signal));
 * const queued = await createStudy({ model: studyModel, data, queue });
 */
export class LocalEvaluationQueue implements EvaluationQueue {
  readonly #handler: EvaluationHandler;
  readonly #pending: PendingJobs;
  #running: { readonly id: string; readonly controller: AbortController } | null = null;
  #idle: Promise<void> = Promise.resolve();

  constructor(handler: EvaluationHandler) {
    this.#handler = handler;
    this.#pending = new PendingJobs({
      onWaiting: () => this.#wake(),
      onWithdrawn: (jobs) => {
        if (jobs.some(({ id }) => id === this.#running?.id)) this.#running?.controller.abort();
      },
    });
  }

  submit(jobs: readonly EvaluationJob[], options?: SubmitOptions): Promise<readonly EvaluationResult[]> {
    return this.#pending.submit(jobs, options);
  }

  async close(): Promise<void> {
    this.#pending.close();
    await this.#idle;
  }

  #wake(): void {
    if (this.#running !== null) return;
    const [next] = this.#pending.take(1);
    if (next === undefined) return;
    this.#idle = this.#run(next);
  }

  async #run({ id, job }: PendingJob): Promise<void> {
    const controller = new AbortController();
    this.#running = { id, controller };
    const { signal } = controller;
    // What the job ends with is told when its place is free: being told brings the next one.
    let end = () => {};
    try {
      // A turn for others, and for whoever submits: no handler begins within `submit`.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const progress = (fraction: number) => this.#pending.report(id, fraction);
      const result = await this.#handler(job, { signal, progress });
      demandLengths(job, result);
      end = () => this.#pending.settle(id, result);
    } catch (error) {
      // Withdrawn: nobody is to be told, not even who has asked for the same job since.
      if (!signal.aborted) end = () => this.#pending.fail(id, error);
    }
    this.#running = null;
    end();
    this.#wake();
  }
}
