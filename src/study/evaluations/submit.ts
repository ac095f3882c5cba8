/** Has jobs computed, here or by a queue, and hands on their results in order. */
import type { EvaluationJob, EvaluationQueue, EvaluationResult, Priority } from "../../queue/index.js";
import { type Pacer, Stopped } from "../../tensor/index.js";

export interface Submission {
  readonly jobs: readonly EvaluationJob[];
  readonly priority: Priority;
  /** Told each result in the jobs' order, as soon as all before it are there. */
  readonly onResult: (index: number, result: EvaluationResult) => void;
  /** Told the part of all jobs that is done, 0 … 1. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * @param queue null computes here, one job after the other.
 * @param compute a job here.
 * @throws Stopped, and what computing throws.
 */
export async function submit(
  queue: EvaluationQueue | null,
  compute: (job: EvaluationJob, pacer: Pacer, progress: (fraction: number) => void) => Promise<EvaluationResult>,
  { jobs, priority, onResult, onProgress = () => undefined }: Submission,
  pacer: Pacer,
): Promise<void> {
  if (queue === null) {
    for (const [index, job] of jobs.entries()) {
      const result = await compute(job, pacer, (fraction) => onProgress((index + fraction) / jobs.length));
      onResult(index, result);
    }
    return;
  }
  const parts = new Float64Array(jobs.length);
  const waiting = new Map<number, EvaluationResult>();
  let next = 0;
  const tell = (index: number, part: number) => {
    parts[index] = part;
    onProgress(parts.reduce((sum, one) => sum + one, 0) / jobs.length);
  };
  try {
    await queue.submit(jobs, {
      priority,
      ...(pacer.signal === undefined ? {} : { signal: pacer.signal }),
      onProgress: tell,
      onResult: (index, result) => {
        waiting.set(index, result);
        tell(index, 1);
        for (let ready = waiting.get(next); ready !== undefined; ready = waiting.get(next)) {
          waiting.delete(next);
          onResult(next++, ready);
        }
      },
    });
  } catch (error) {
    if (pacer.signal?.aborted) throw new Stopped();
    throw error;
  }
}
