/** Jobs as a Redis holds them: BullMQ's, and beside each the names of those who want it. */
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { QueueNames } from "./names.js";
import type { PendingJob } from "./pendingJobs.js";

/** Jobs sent, or looked at, together. */
export const BATCH = 64;
/** Events that the Redis keeps, results among them: for as long as a study that is busy takes to read them. */
const EVENTS = 4096;
/** Until somebody who is gone counts as wanting a job no longer. */
const WANTED_SECONDS = 24 * 3600;

/** Takes ARGV[1] out of those who want a job. @returns how many still do. */
const UNWANT = `redis.call("SREM", KEYS[1], ARGV[1]); return redis.call("SCARD", KEYS[1])`;

/** What a job carries in the Redis. */
export interface JobData {
  readonly job: unknown;
  /** Why workers would not run it. */
  readonly refusals: readonly string[];
}

/** What the Redis holds of a job. */
export type StoredJob =
  | { readonly state: "missing" }
  | { readonly state: "underway"; readonly priority: number }
  | { readonly state: "completed"; readonly value: unknown }
  | { readonly state: "failed"; readonly reason: string };

export interface JobStoreOptions {
  readonly client: Redis;
  readonly names: QueueNames;
  /** Who wants the jobs. */
  readonly self: string;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly keepSeconds: number;
  /** Whether BullMQ shall not look at the Redis' version and settings, which are known. */
  readonly skipVersionCheck: boolean;
}

type Answers = [error: Error | null, answer: unknown][] | null;

/** All answers of a pipeline. @throws the first error. */
async function answersOf(running: Promise<Answers>): Promise<unknown[]> {
  const answers = (await running) ?? [];
  const failed = answers.find(([error]) => error !== null);
  if (failed !== undefined) throw failed[0];
  return answers.map(([, answer]) => answer);
}

export class JobStore {
  readonly #options: JobStoreOptions;
  readonly #queue: Queue<JobData>;

  constructor(options: JobStoreOptions) {
    const { client, names, skipVersionCheck } = options;
    this.#options = options;
    this.#queue = new Queue<JobData>(names.queue, {
      connection: client,
      prefix: names.prefix,
      skipVersionCheck,
      streams: { events: { maxLen: EVENTS } },
    });
    this.#queue.on("error", () => {
      // The client reconnects, and whoever made it is told.
    });
  }

  /** Waits for the connection, and removes what has been kept long enough. */
  async open(): Promise<void> {
    await this.#queue.waitUntilReady();
    const keepMs = 1000 * this.#options.keepSeconds;
    for (const state of ["completed", "failed"] as const) await this.#queue.clean(keepMs, 10_000, state);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  /** Adds jobs that are not there yet, and wants them all. */
  async add(jobs: readonly PendingJob[]): Promise<void> {
    const { client, names, self, attempts, backoffMs, keepSeconds } = this.#options;
    const wants = client.pipeline();
    for (const { id } of jobs) {
      wants.sadd(names.wanted(id), self);
      wants.expire(names.wanted(id), WANTED_SECONDS);
    }
    await answersOf(wants.exec());
    await this.#queue.addBulk(
      jobs.map(({ id, job, priority }) => ({
        name: "evaluation",
        data: { job, refusals: [] },
        opts: {
          jobId: id,
          priority,
          attempts,
          backoff: { type: "exponential", delay: backoffMs },
          removeOnComplete: { age: keepSeconds },
          removeOnFail: { age: keepSeconds },
          stackTraceLimit: 0,
        },
      })),
    );
  }

  /** What is known of jobs, in their order. */
  async read(ids: readonly string[]): Promise<StoredJob[]> {
    const reads = this.#options.client.pipeline();
    const fields = ["timestamp", "finishedOn", "returnvalue", "failedReason", "priority"];
    for (const id of ids) reads.hmget(this.#queue.toKey(id), ...fields);
    return (await answersOf(reads.exec())).map((answer): StoredJob => {
      const [timestamp, finishedOn, value, reason, priority] = answer as (string | null)[];
      if (timestamp === null) return { state: "missing" };
      if (finishedOn === null) return { state: "underway", priority: Number(priority) };
      if (value !== null) return { state: "completed", value: JSON.parse(value) };
      return { state: "failed", reason: reason ?? "The job failed and does not say why." };
    });
  }

  /** Removes a job that no worker holds. */
  async remove(id: string): Promise<void> {
    await this.#queue.remove(id);
  }

  /** A job that waits is to be started earlier. */
  async raise({ id, priority }: PendingJob): Promise<void> {
    const job = await this.#queue.getJob(id);
    if (job !== undefined && job.priority > priority) await job.changePriority({ priority });
  }

  /** A job is wanted no longer, since its result is here. */
  async unwant(id: string): Promise<void> {
    await this.#options.client.srem(this.#options.names.wanted(id), this.#options.self);
  }

  /** Jobs are wanted no longer: what nobody else wants is removed, or its worker told to stop. */
  async withdraw(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { client, names, self } = this.#options;
    const unwant = client.pipeline();
    for (const id of ids) unwant.eval(UNWANT, 1, names.wanted(id), self);
    const left = await answersOf(unwant.exec());
    const unwanted = ids.filter((_, i) => left[i] === 0);
    const removed = await Promise.all(unwanted.map((id) => this.#queue.remove(id)));
    // Last, so that no worker that stops finds another one of them.
    const held = unwanted.filter((_, i) => removed[i] === 0);
    await Promise.all(held.map((id) => client.publish(names.withdrawals, id)));
  }
}
