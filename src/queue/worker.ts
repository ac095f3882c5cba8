/** A worker: takes one job after the other out of a Redis, and goes politely. */
import { setTimeout as pause } from "node:timers/promises";
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { EspalierError } from "../errors.js";
import { RedisAddress } from "./address.js";
import { answerWithin, probeRedis, type RedisFacts, redisClient } from "./connection.js";
import { JobRefused } from "./evaluationQueue.js";
import { contentId, type EvaluationJob, parseJob } from "./job.js";
import type { JobData } from "./jobStore.js";
import { DEFAULT_QUEUE, type QueueNames, queueNames, WITHDRAWN } from "./names.js";
import { endPresence, RENEW_MS, renewPresence, type Visitor, visitor } from "./presence.js";
import { isOutage, redisError } from "./redisErrors.js";
import { encodeResult, type WireResult } from "./result.js";
import { type WorkedJob, type WorkerOptions, type WorkerSettings, workerSettings } from "./workerOptions.js";

/** Why a handler is stopped. */
type StopReason = "withdrawn" | "leaving" | "lost";

/** How often a job is refused until it has failed. */
const REFUSALS = 3;
/** How often a job's worker may die until the job has failed. */
const DEATHS = 5;
/** Longest pause after a refusal. */
const LONGEST_REFUSAL_MS = 60_000;
/** How long a handler may take to hear that it is to stop, at most and at least; in between it is as long as the grace. */
const HEAR_MS = [1000, 5000] as const;
/** Least time between two reports of a job's progress. */
const PROGRESS_MS = 500;
/** Withdrawals are remembered for a moment: one may be faster than the job that it is of. */
const WITHDRAWALS_KEPT_MS = 2000;

/**
 * Takes jobs from a Redis, has them computed and gives the results back; started by `startWorker`.
 *
 * @example
 * const worker: EvaluationWorker = await startWorker({ url: "redis://queue.lab:6379", code: "0.1.0", handler });
 * await worker.leave(); // gives back what it cannot finish
 */
export class EvaluationWorker {
  /** The Redis, for people to read. */
  readonly where: string;
  readonly #address: RedisAddress;
  readonly #names: QueueNames;
  readonly #settings: WorkerSettings;
  readonly #client: Redis;
  readonly #subscriber: Redis;
  readonly #worker: Worker<JobData, WireResult>;
  readonly #self: Visitor;
  readonly #running = new Map<string, (reason: StopReason) => void>();
  readonly #withdrawals = new Map<string, number>();
  readonly #left = new AbortController();
  #refusedInARow = 0;
  #toldOfStudies = false;
  #told = "";
  #renewal: NodeJS.Timeout | undefined;
  #leaving: Promise<void> | null = null;
  /** Whether nothing is wanted of the Redis any more. */
  #over = false;

  private constructor(address: RedisAddress, names: QueueNames, settings: WorkerSettings, facts: RedisFacts) {
    this.where = address.text;
    this.#address = address;
    this.#names = names;
    this.#settings = settings;
    this.#self = visitor("worker", settings.code);
    this.#client = redisClient(address, {
      onLost: ({ message }) => settings.onNotice(`${message} This worker tries again until it is back.`),
      onBack: () => settings.onNotice(`The Redis at ${address.text} is back.`),
      isOver: () => this.#over,
    });
    this.#subscriber = redisClient(address, { onLost: () => {}, onBack: () => {}, isOver: () => this.#over });
    this.#worker = new Worker<JobData, WireResult>(names.queue, (job, token) => this.#process(job, token ?? ""), {
      connection: this.#client,
      prefix: names.prefix,
      skipVersionCheck: facts.evicts,
      autorun: false,
      name: this.#self.name,
      concurrency: settings.concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledMs,
      maxStalledCount: DEATHS,
      runRetryDelay: 1000,
    });
    this.#worker.on("error", (error) => this.#tell(error));
    this.#worker.on("lockRenewalFailed", (ids) => {
      for (const id of ids) this.#running.get(id)?.("lost");
    });
    this.#subscriber.on("message", (_channel, id) => {
      const now = performance.now();
      for (const [old, at] of this.#withdrawals) if (now - at > WITHDRAWALS_KEPT_MS) this.#withdrawals.delete(old);
      const stop = this.#running.get(id);
      if (stop === undefined) this.#withdrawals.set(id, now);
      else stop("withdrawn");
    });
  }

  /**
   * Starts a worker. It takes jobs until it is told to leave.
   *
   * @throws EspalierError when no Redis answers there, or one that is too old, asks for another password, or is not fit otherwise.
   */
  static async start(options: WorkerOptions): Promise<EvaluationWorker> {
    const address = RedisAddress.parse(options.url);
    const names = queueNames(address, options.name ?? DEFAULT_QUEUE, options.code);
    const settings = workerSettings(options);
    const facts = await probeRedis(address, settings.connectMs, settings.onNotice);
    const worker = new EvaluationWorker(address, names, settings, facts);
    try {
      await worker.#worker.waitUntilReady();
      await worker.#subscriber.subscribe(names.withdrawals);
      await worker.#renew();
    } catch (error) {
      await worker.leave();
      throw redisError(address, error as Error);
    }
    worker.#worker.run().catch((error: Error) => worker.#tell(error));
    return worker;
  }

  /** Whether it has been told to leave, or has left. */
  get leaving(): boolean {
    return this.#leaving !== null;
  }

  /**
   * Leaves: takes no new job, finishes what it holds within the grace, gives back what takes longer, and closes its
   * connections. Resolves when all of that is done.
   */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#renewal);
    this.#left.abort();
    const hearMs = Math.min(HEAR_MS[1], Math.max(HEAR_MS[0], this.#settings.graceMs));
    const closed = this.#closeWorker().catch(() => {});
    // Without a job in hand there is nothing for which to wait for a Redis that is away.
    const idle = this.#running.size === 0 && this.#client.status !== "ready";
    if (!(await within(closed, idle ? 0 : this.#settings.graceMs))) {
      for (const stop of this.#running.values()) stop("leaving");
      // A handler that does not hear leaves its job to those who look for jobs of the dead.
      if (!(await within(closed, hearMs))) await this.#abandonWorker();
    }
    if (this.#client.status === "ready") {
      const { visitors } = this.#names;
      await within(
        endPresence(this.#client, visitors, this.#self).catch(() => {}),
        hearMs,
      );
    }
    this.#over = true;
    this.#subscriber.disconnect();
    this.#client.disconnect();
  }

  /** Takes nothing more and waits for what is in hand. BullMQ waits for ever when its blocking connection is away meanwhile. */
  async #closeWorker(): Promise<void> {
    await this.#worker.pause(true);
    await this.#worker.getBackend().reconnectBlocking();
    await this.#worker.close();
  }

  async #abandonWorker(): Promise<void> {
    void this.#worker.close(true).catch(() => {});
    await this.#worker
      .getBackend()
      .close(true)
      .catch(() => {});
  }

  /** Says that it is there, again and again, and that nobody who is there has work for it. */
  async #renew(): Promise<void> {
    try {
      const present = renewPresence(this.#client, this.#names.visitors, this.#self);
      const visitors = await answerWithin(this.#client, present, this.#settings.silenceMs);
      const studies = visitors.filter(({ kind }) => kind === "study");
      const strangers = studies.filter(({ code }) => code !== this.#settings.code);
      if (strangers.length > 0 && strangers.length === studies.length && !this.#toldOfStudies) {
        const codes = [...new Set(strangers.map(({ code }) => code))].join(" and ");
        this.#settings.onNotice(
          `The studies at ${this.where} run version ${codes} of the code and this worker runs ${this.#settings.code}, so that it is given no jobs; start a worker of the same version.`,
        );
      }
      this.#toldOfStudies = strangers.length > 0;
    } catch {
      // The client tells of connections; the next time comes.
    }
    if (this.#leaving === null) this.#renewal = setTimeout(() => void this.#renew(), RENEW_MS);
  }

  async #process(stored: Job<JobData, WireResult>, token: string): Promise<WireResult> {
    const id = stored.id ?? "";
    const started = performance.now();
    const controller = new AbortController();
    let stopped: StopReason | null = null;
    const stop = (reason: StopReason) => {
      stopped ??= reason;
      controller.abort();
    };
    this.#running.set(id, stop);
    if (this.#withdrawals.delete(id)) stop("withdrawn");
    // It was on its way when the worker was told to leave.
    if (this.leaving) stop("leaving");
    const end = (outcome: WorkedJob["outcome"]) => {
      try {
        this.#settings.onJob({ id, outcome, seconds: (performance.now() - started) / 1000 });
      } catch (error) {
        process.emitWarning(`A listener of the worker's jobs failed: ${String(error)}`);
      }
    };
    try {
      controller.signal.throwIfAborted();
      const job = this.#read(stored);
      const progress = throttled((fraction) => stored.updateProgress(fraction).catch(() => {}));
      const result = encodeResult(job, await this.#settings.handler(job, { signal: controller.signal, progress }));
      this.#refusedInARow = 0;
      end("done");
      return result;
    } catch (error) {
      // `stopped` is set by a callback, which the compiler does not see.
      const reason = stopped as StopReason | null;
      if (reason === "withdrawn") {
        end("withdrawn");
        throw new UnrecoverableError(WITHDRAWN);
      }
      if (reason !== null) {
        end("given back");
        if (reason === "leaving") await stored.moveToWait(token);
        throw new WaitingError("given back");
      }
      if (error instanceof JobRefused) return await this.#refuse(stored, token, error, () => end("refused"));
      end("failed");
      throw this.#failure(error);
    } finally {
      this.#running.delete(id);
    }
  }

  /** The job that a Redis holds. @throws UnrecoverableError, since it does not get better by itself. */
  #read(stored: Job<JobData, WireResult>): EvaluationJob {
    let job: EvaluationJob;
    try {
      job = parseJob(stored.data.job);
    } catch (error) {
      throw new UnrecoverableError((error as Error).message);
    }
    if (job.code !== this.#settings.code) {
      throw new UnrecoverableError(
        `The job is of version ${job.code} of the code and the worker runs ${this.#settings.code}; start a worker of the same version.`,
      );
    }
    if (contentId(job) !== stored.id) {
      throw new UnrecoverableError("The job is not the one that its name says; submit it again.");
    }
    return job;
  }

  /**
   * Gives a job back that this machine cannot run, without using up one of its tries. Another machine may be able to; when three
   * have refused it, it has failed. A worker that refuses pauses, so as not to keep the queue from those who do not.
   */
  async #refuse(stored: Job<JobData, WireResult>, token: string, refusal: JobRefused, end: () => void): Promise<never> {
    const sentence = this.#address.redact(refusal.message);
    const refusals = [...stored.data.refusals, sentence];
    this.#settings.onNotice(`A job was refused: ${sentence}`);
    end();
    if (refusals.length >= REFUSALS) throw new UnrecoverableError(sentence);
    await stored.updateData({ ...stored.data, refusals });
    const waitMs = Math.min(this.#settings.refusalMs * 2 ** this.#refusedInARow, LONGEST_REFUSAL_MS);
    this.#refusedInARow++;
    await stored.moveToDelayed(Date.now() + this.#settings.refusalMs, token);
    this.#running.delete(stored.id ?? "");
    await pause(waitMs, undefined, { signal: this.#left.signal }).catch(() => {});
    throw new DelayedError("refused");
  }

  /** Tells of what BullMQ has trouble with. The client tells of connections; a lock that is lost is heard of as that. */
  #tell(error: Error): void {
    if (isOutage(error) || /\block\b/i.test(error.message) || this.leaving) return;
    const { message } = redisError(this.#address, error);
    if (message !== this.#told) this.#settings.onNotice(message);
    this.#told = message;
  }

  /** What is told of a failure: its sentence; the whole of it here, when it is a defect. */
  #failure(error: unknown): Error {
    if (error instanceof UnrecoverableError) return error;
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const known = error instanceof EspalierError;
    this.#settings.onNotice(`A job failed: ${this.#address.redact(known ? message : (stack ?? message))}`);
    return new Error(this.#address.redact(message));
  }
}

/** Whether a promise is settled in time. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const late = pause(ms, false, { signal: stop.signal }).catch(() => false);
  const inTime = await Promise.race([work.then(() => true), late]);
  stop.abort();
  return inTime;
}

/** Passes reports on, not more often than every half second. */
function throttled(report: (fraction: number) => void): (fraction: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (fraction) => {
    if (performance.now() - last < PROGRESS_MS) return;
    last = performance.now();
    report(Math.min(1, Math.max(0, fraction)));
  };
}
