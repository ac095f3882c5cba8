/** Jobs that somebody waits for: equal ones together, in the order in which they are to be started. */
import { EspalierError } from "../errors.js";
import { PRIORITIES, type SubmitOptions } from "./evaluationQueue.js";
import { contentId, type EvaluationJob } from "./job.js";
import type { EvaluationResult } from "./result.js";

/** A job and who waits for it. */
export interface PendingJob {
  readonly id: string;
  readonly job: EvaluationJob;
  /** Of the most urgent of those who wait. */
  readonly priority: number;
  /** Whether it has been started, or sent to where it will be. */
  readonly started: boolean;
}

interface Entry extends PendingJob {
  priority: number;
  started: boolean;
  readonly waiters: Set<Waiter>;
}

/** A submission. */
interface Waiter {
  settle(id: string, result: EvaluationResult): void;
  fail(error: unknown): void;
  report(id: string, fraction: number): void;
}

export interface PendingJobsEvents {
  /** There is something to take. */
  onWaiting(): void;
  /** Nobody waits any more for jobs that were started. */
  onWithdrawn(jobs: readonly PendingJob[]): void;
  /** A job that was started has become more urgent. */
  onRaised?(job: PendingJob): void;
}

export class PendingJobs {
  readonly #events: PendingJobsEvents;
  readonly #entries = new Map<string, Entry>();
  /** Not started, by priority, in the order of their arrival. */
  readonly #waiting = new Map<number, Map<string, Entry>>(
    Object.values(PRIORITIES).map((priority) => [priority, new Map<string, Entry>()]),
  );
  #started = 0;
  #closed: Error | null = null;

  constructor(events: PendingJobsEvents) {
    this.#events = events;
  }

  /** Jobs that are started and not finished. */
  get started(): number {
    return this.#started;
  }

  /** Whether nobody waits for anything. */
  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** A job by its name. */
  get(id: string): PendingJob | undefined {
    return this.#entries.get(id);
  }

  /** Names of jobs that are started and not finished. */
  startedIds(): string[] {
    return [...this.#entries.values()].filter(({ started }) => started).map(({ id }) => id);
  }

  /** Waits for jobs; the contract is `EvaluationQueue.submit`'s. */
  async submit(jobs: readonly EvaluationJob[], options: SubmitOptions = {}): Promise<readonly EvaluationResult[]> {
    const { signal, onResult, onProgress } = options;
    const places = new Map<string, { job: EvaluationJob; indices: number[] }>();
    for (const [i, job] of jobs.entries()) {
      const id = contentId(job);
      const place = places.get(id);
      if (place === undefined) places.set(id, { job, indices: [i] });
      else place.indices.push(i);
      // A name takes a tenth of a millisecond or more: others get a turn.
      if (i % 128 === 127) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed !== null) return reject(this.#closed);
      if (jobs.length === 0) return resolve([]);
      const results = new Array<EvaluationResult>(jobs.length);
      let left = places.size;
      const fail = (error: unknown) => {
        signal?.removeEventListener("abort", abort);
        this.#leave(waiter, places.keys());
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const waiter: Waiter = {
        settle: (id, result) => {
          try {
            for (const index of places.get(id)?.indices ?? []) {
              results[index] = result;
              onResult?.(index, result);
            }
          } catch (error) {
            return fail(error);
          }
          left--;
          if (left > 0) return;
          signal?.removeEventListener("abort", abort);
          resolve(results);
        },
        fail,
        report: (id, fraction) => {
          for (const index of places.get(id)?.indices ?? []) onProgress?.(index, fraction);
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      const priority = PRIORITIES[options.priority ?? "normal"];
      for (const [id, { job }] of places) this.#join(waiter, id, job, priority);
      this.#events.onWaiting();
    });
  }

  #join(waiter: Waiter, id: string, job: EvaluationJob, priority: number): void {
    const known = this.#entries.get(id);
    if (known === undefined) {
      const entry: Entry = { id, job, priority, started: false, waiters: new Set([waiter]) };
      this.#entries.set(id, entry);
      this.#waiting.get(priority)?.set(id, entry);
      return;
    }
    known.waiters.add(waiter);
    if (priority >= known.priority) return;
    if (!known.started) {
      this.#waiting.get(known.priority)?.delete(id);
      this.#waiting.get(priority)?.set(id, known);
    }
    known.priority = priority;
    if (known.started) this.#events.onRaised?.(known);
  }

  #leave(waiter: Waiter, ids: Iterable<string>): void {
    const withdrawn: PendingJob[] = [];
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined || !entry.waiters.delete(waiter) || entry.waiters.size > 0) continue;
      this.#remove(entry);
      if (entry.started) withdrawn.push(entry);
    }
    if (withdrawn.length === 0) return;
    this.#events.onWithdrawn(withdrawn);
    this.#events.onWaiting();
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.id);
    if (entry.started) this.#started--;
    else this.#waiting.get(entry.priority)?.delete(entry.id);
  }

  /** Takes up to `limit` jobs, the most urgent first, the oldest of them first; they count as started. */
  take(limit: number): PendingJob[] {
    const taken: Entry[] = [];
    for (const level of this.#waiting.values()) {
      for (const entry of level.values()) {
        if (taken.length >= limit) break;
        taken.push(entry);
      }
    }
    for (const entry of taken) {
      this.#waiting.get(entry.priority)?.delete(entry.id);
      entry.started = true;
    }
    this.#started += taken.length;
    return taken;
  }

  /** A job has its result. Nothing happens when nobody waits for it: a result counts once. */
  settle(id: string, result: EvaluationResult): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#remove(entry);
    for (const waiter of entry.waiters) waiter.settle(id, result);
    this.#events.onWaiting();
  }

  /** A job has failed for good: whoever waits for it is told, and waits for nothing else any more. */
  fail(id: string, error: unknown): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#remove(entry);
    for (const waiter of entry.waiters) waiter.fail(error);
    this.#events.onWaiting();
  }

  /** Part of a job is done. */
  report(id: string, fraction: number): void {
    for (const waiter of this.#entries.get(id)?.waiters ?? []) waiter.report(id, fraction);
  }

  /** Everything fails. */
  failAll(error: unknown): void {
    for (const id of [...this.#entries.keys()]) this.fail(id, error);
  }

  /** Everything is withdrawn, and nothing is taken on any more. */
  close(): void {
    this.#closed ??= new EspalierError("The queue is closed; open it again to submit jobs.");
    const waiters = new Set([...this.#entries.values()].flatMap((entry) => [...entry.waiters]));
    for (const waiter of waiters) waiter.fail(this.#closed);
  }
}
