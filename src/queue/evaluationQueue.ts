/** What evaluates jobs, wherever it does so. */
import { EspalierError } from "../errors.js";
import type { EvaluationJob } from "./job.js";
import type { EvaluationResult } from "./result.js";

/** Which jobs go first: smaller numbers. */
export const PRIORITIES = { frontier: 1, normal: 2, background: 3 } as const;

export type Priority = keyof typeof PRIORITIES;

/** What a handler is given beside the job. */
export interface HandlerContext {
  /** Aborts when the result is wanted no longer, or the worker must go: stop soon, by throwing anything. */
  readonly signal: AbortSignal;
  /**
   * Says how far the job is.
   *
   * @param fraction of the job that is done, 0 to 1.
   */
  progress(fraction: number): void;
}

/**
 * Computes a job. The same job gives the same result wherever and however often it is run.
 *
 * @throws JobRefused when this machine is not able to run the job as it stands; anything else is a failure, and is tried again.
 */
export type EvaluationHandler = (job: EvaluationJob, context: HandlerContext) => Promise<EvaluationResult>;

/** Thrown by a handler whose machine is not the right one for a job: its model or its samples are others, say. */
export class JobRefused extends EspalierError {}

/** How jobs are submitted, and who hears of them. */
export interface SubmitOptions {
  /** Default "normal". */
  readonly priority?: Priority;
  /** Its abort withdraws what nobody else waits for, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told each result once, as it comes; `index` is the job's. What it throws ends the submission. */
  readonly onResult?: (index: number, result: EvaluationResult) => void;
  /** Told now and then what part of a job is done. */
  readonly onProgress?: (index: number, fraction: number) => void;
}

/** Evaluates jobs here or elsewhere, with the same results. */
export interface EvaluationQueue {
  /**
   * Evaluates jobs; equal ones once.
   *
   * @returns one result a job, in the jobs' order; none of none.
   * @throws EspalierError with the last error's sentence when a job has failed for good, in which case the others are withdrawn;
   *   the signal's reason.
   */
  submit(jobs: readonly EvaluationJob[], options?: SubmitOptions): Promise<readonly EvaluationResult[]>;
  /** Withdraws what is not finished, and lets go of what the queue holds. */
  close(): Promise<void>;
}
