/** What can be chosen of a worker. */
import { EspalierError } from "../errors.js";
import type { EvaluationHandler } from "./evaluationQueue.js";

/** Where a worker takes its jobs from, and how it computes them. */
export interface WorkerOptions {
  /** `RedisAddress` says what it may look like. */
  readonly url: string;
  /** Version of the code, which is that of the jobs it is given. */
  readonly code: string;
  readonly handler: EvaluationHandler;
  /** Default "evaluations". */
  readonly name?: string;
  /** Jobs at a time; default 1: a job that computes is not helped by another beside it. */
  readonly concurrency?: number;
  /** How long a job that is being computed may take to end once the worker is to leave; default 30 s. */
  readonly graceMs?: number;
  /**
   * A worker that has given no sign for this long counts as dead, and its job goes to others; default 60 s. A handler that keeps
   * the event loop to itself for half as long lets no sign through.
   */
  readonly lockMs?: number;
  /** How often jobs of dead workers are looked for; default 30 s. */
  readonly stalledMs?: number;
  /** Pause after a refusal, doubled with each further one in a row; default 1000 ms. */
  readonly refusalMs?: number;
  /** Until the Redis must have answered for the first time; default 5000 ms. */
  readonly connectMs?: number;
  /** How long a Redis may be silent before the connection is made again; default 30 s. */
  readonly silenceMs?: number;
  /** Told in one sentence what is noteworthy and no error; default `process.emitWarning`. */
  readonly onNotice?: (sentence: string) => void;
  /** Told of each job that this worker has let go of, and what became of it. */
  readonly onJob?: (job: WorkedJob) => void;
}

/** A job that a worker has let go of. */
export interface WorkedJob {
  readonly id: string;
  readonly outcome: "done" | "failed" | "refused" | "withdrawn" | "given back";
  readonly seconds: number;
}

/** Options with their defaults. */
export type WorkerSettings = Required<Omit<WorkerOptions, "url" | "name">>;

/** @throws EspalierError for a number of jobs that is none. */
export function workerSettings(options: WorkerOptions): WorkerSettings {
  const settings = {
    code: options.code,
    handler: options.handler,
    concurrency: options.concurrency ?? 1,
    graceMs: options.graceMs ?? 30_000,
    lockMs: options.lockMs ?? 60_000,
    stalledMs: options.stalledMs ?? 30_000,
    refusalMs: options.refusalMs ?? 1000,
    connectMs: options.connectMs ?? 5000,
    silenceMs: options.silenceMs ?? 30_000,
    onNotice: options.onNotice ?? ((sentence: string) => process.emitWarning(sentence)),
    onJob: options.onJob ?? (() => {}),
  };
  if (!Number.isSafeInteger(settings.concurrency) || settings.concurrency < 1) {
    throw new EspalierError(`Jobs at a time cannot be ${settings.concurrency}; give a whole number from 1 on.`);
  }
  return settings;
}
