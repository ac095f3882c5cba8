/** Evaluations as jobs in a Redis (BullMQ), for workers on other machines. */
import { setTimeout as pause } from "node:timers/promises";
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { EspalierError } from "../errors.js";
import { RedisAddress } from "./address.js";
import { answerWithin, probeRedis, type RedisFacts, redisClient } from "./connection.js";
import type { EvaluationQueue, SubmitOptions } from "./evaluationQueue.js";
import type { EvaluationJob } from "./job.js";
import { BATCH, JobStore } from "./jobStore.js";
import { DEFAULT_QUEUE, type QueueNames, queueNames, WITHDRAWN } from "./names.js";
import { type PendingJob, PendingJobs } from "./pendingJobs.js";
import { endPresence, RENEW_MS, renewPresence, type Visitor, visitor } from "./presence.js";
import { isOutage, redisError } from "./redisErrors.js";
import { type RedisQueueOptions, type RedisQueueSettings, redisQueueSettings } from "./redisQueueOptions.js";
import { decodeResult, type EvaluationResult } from "./result.js";

/** How long a queue that is being closed waits for the Redis. */
const GOODBYE_MS = 5000;

/** BullMQ's own reason, and what it means. */
const STALLED = "job stalled more than allowable limit";
const STALLED_SENTENCE =
  "Every worker that took the job died, or lost its connection for long, before it was done; look at what the workers printed last, and at their memory.";

/**
 * An evaluation queue in a Redis, whose jobs workers on any machine compute; opened by `openRedisQueue`.
 *
 * @example
 * const queue: RedisEvaluationQueue = await openRedisQueue({ url: "redis://queue.lab:6379", code: "0.1.0" });
 * (await queue.workers()).length;
 */
export class RedisEvaluationQueue implements EvaluationQueue {
  /** The Redis, for people to read. */
  readonly where: string;
  readonly #address: RedisAddress;
  readonly #names: QueueNames;
  readonly #settings: RedisQueueSettings;
  readonly #client: Redis;
  readonly #store: JobStore;
  readonly #events: QueueEvents;
  readonly #eventsClient: Redis;
  readonly #self: Visitor;
  readonly #pending: PendingJobs;
  readonly #background = new Set<Promise<unknown>>();
  #pumping = false;
  #sweep: NodeJS.Timeout | null = null;
  #lostAt: number | null = null;
  #backAt = Number.NEGATIVE_INFINITY;
  #strangersSince: number | null = null;
  #toldOfWorkers = false;
  #closing: Promise<void> | null = null;
  /** Whether nothing is wanted of the Redis any more. */
  #over = false;

  private constructor(address: RedisAddress, names: QueueNames, settings: RedisQueueSettings, facts: RedisFacts) {
    this.#address = address;
    this.where = address.text;
    this.#names = names;
    this.#settings = settings;
    this.#self = visitor("study", settings.code);
    this.#pending = new PendingJobs({
      onWaiting: () => this.#wake(),
      onWithdrawn: (jobs) => this.#inBackground(this.#store.withdraw(jobs.map(({ id }) => id))),
      onRaised: (job) => this.#inBackground(this.#store.raise(job)),
    });
    this.#client = redisClient(address, {
      onLost: ({ message }) => {
        this.#lostAt = performance.now();
        settings.onNotice(`${message} What was submitted waits for it.`);
        // A sweep that was under way waits for it too, and would not see that its time is up.
        this.#sweepIn(settings.sweepMs);
      },
      onBack: () => {
        this.#lostAt = null;
        this.#backAt = performance.now();
        settings.onNotice(`The Redis at ${address.text} is back.`);
        this.#sweepIn(0);
      },
      isOver: () => this.#over,
    });
    this.#eventsClient = redisClient(address, { onLost: () => {}, onBack: () => {}, isOver: () => this.#over });
    // A Redis that evicts has been told of once; BullMQ would print it for every connection.
    const skipVersionCheck = facts.evicts;
    this.#store = new JobStore({ client: this.#client, names, self: this.#self.name, skipVersionCheck, ...settings });
    this.#events = new QueueEvents(names.queue, {
      connection: this.#eventsClient,
      prefix: names.prefix,
      skipVersionCheck,
    });
    this.#events.on("error", (error) => {
      // Results come all the same, when they are swept up.
      if (!isOutage(error) && this.#closing === null) settings.onNotice(this.#sentence(error).message);
    });
    this.#events.on("completed", ({ jobId, returnvalue }) => this.#complete(jobId, returnvalue));
    this.#events.on("failed", ({ jobId }) => {
      // An event may be older than our own job of that name: what the Redis holds now is what counts.
      if (this.#pending.get(jobId)?.started) this.#inBackground(this.#look([jobId]));
    });
    this.#events.on("progress", ({ jobId, data }) => {
      if (typeof data === "number") this.#pending.report(jobId, data);
    });
  }

  /**
   * Opens a queue; workers may come before or after that.
   *
   * @returns to be closed.
   * @throws EspalierError when no Redis answers there, or one that is too old, asks for another password, or is not fit otherwise.
   */
  static async open(options: RedisQueueOptions): Promise<RedisEvaluationQueue> {
    const address = RedisAddress.parse(options.url);
    const names = queueNames(address, options.name ?? DEFAULT_QUEUE, options.code);
    const settings = redisQueueSettings(options);
    const facts = await probeRedis(address, settings.connectMs, settings.onNotice);
    const queue = new RedisEvaluationQueue(address, names, settings, facts);
    try {
      await Promise.all([queue.#store.open(), queue.#events.waitUntilReady()]);
      return queue;
    } catch (error) {
      await queue.close();
      throw queue.#sentence(error as Error);
    }
  }

  async submit(jobs: readonly EvaluationJob[], options?: SubmitOptions): Promise<readonly EvaluationResult[]> {
    const other = jobs.find(({ code }) => code !== this.#settings.code);
    if (other !== undefined) {
      throw new EspalierError(
        `The job is of version ${other.code} of the code and the queue of ${this.#settings.code}; submit it from a study of the same version.`,
      );
    }
    return this.#pending.submit(jobs, options);
  }

  /** Names of the workers of this version that are there now. */
  async workers(): Promise<readonly string[]> {
    const visitors = await renewPresence(this.#client, this.#names.visitors, this.#self);
    const own = visitors.filter(({ kind, code }) => kind === "worker" && code === this.#settings.code);
    return own.map(({ name }) => name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#pending.close();
    if (this.#sweep !== null) clearTimeout(this.#sweep);
    const goodbye = async () => {
      await Promise.allSettled([...this.#background]);
      await endPresence(this.#client, this.#names.visitors, this.#self);
    };
    // A Redis that is away is not waited for: what is left there ends as results that nobody reads.
    const ready = this.#client.status === "ready";
    if (ready) await Promise.race([goodbye().catch(() => {}), pause(GOODBYE_MS, undefined, { ref: false })]);
    const closed = Promise.allSettled([this.#events.close(), this.#store.close()]);
    // Without being told, BullMQ would ask for events every five seconds for as long as the process lives.
    if (ready) await closed;
    this.#over = true;
    this.#eventsClient.disconnect();
    this.#client.disconnect();
  }

  /** What fails in the background fails everything: a Redis that is full, say. */
  #inBackground(work: Promise<unknown>): void {
    const guarded = work.catch((error: Error) => {
      if (this.#closing === null) this.#pending.failAll(this.#sentence(error));
    });
    this.#background.add(guarded);
    void guarded.finally(() => this.#background.delete(guarded));
  }

  #sentence(error: Error): EspalierError {
    return error instanceof EspalierError ? error : redisError(this.#address, error);
  }

  #wake(): void {
    if (this.#closing !== null || this.#pending.empty) return;
    if (this.#sweep === null) this.#sweepIn(this.#settings.sweepMs);
    if (!this.#pumping) this.#inBackground(this.#pump());
  }

  /** Keeps the Redis supplied, and not more than that. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      // A turn for whoever submits more, so that all of it goes together.
      await new Promise<void>((resolve) => setImmediate(resolve));
      while (this.#closing === null) {
        const jobs = this.#pending.take(Math.min(BATCH, this.#settings.inFlight - this.#pending.started));
        if (jobs.length === 0) return;
        await this.#admit(jobs);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Takes over the results that are there already, and sends the other jobs; one that failed in earlier days is tried anew. */
  async #admit(jobs: readonly PendingJob[]): Promise<void> {
    const stored = await this.#store.read(jobs.map(({ id }) => id));
    for (const [i, { id }] of jobs.entries()) {
      const found = stored[i];
      if (found.state === "completed") this.#complete(id, found.value);
      if (found.state === "failed") await this.#store.remove(id);
    }
    await this.#send(jobs.filter((_, i) => stored[i].state !== "completed"));
    // Another study may have sent it as less urgent.
    for (const [i, job] of jobs.entries()) {
      const found = stored[i];
      if (found.state === "underway" && found.priority > job.priority) await this.#store.raise(job);
    }
  }

  async #send(jobs: readonly PendingJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#store.add(jobs);
    const gone = jobs.filter(({ id }) => this.#pending.get(id) === undefined);
    await this.#store.withdraw(gone.map(({ id }) => id));
  }

  /** Looks at jobs whose events may have been lost. */
  async #look(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += BATCH) {
      const batch = ids.slice(at, at + BATCH);
      const stored = await this.#store.read(batch);
      const again: PendingJob[] = [];
      for (const [i, id] of batch.entries()) {
        const found = stored[i];
        const pending = this.#pending.get(id);
        if (pending === undefined || found.state === "underway") continue;
        if (found.state === "completed") this.#complete(id, found.value);
        else if (found.state === "missing") again.push(pending);
        else if (found.reason === WITHDRAWN) {
          // By somebody who did not know that we want it.
          await this.#store.remove(id);
          again.push(pending);
        } else this.#fail(id, found.reason);
      }
      await this.#send(again);
    }
  }

  #complete(id: string, value: unknown): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#inBackground(this.#store.unwant(id));
    try {
      this.#pending.settle(id, decodeResult(pending.job, value));
    } catch (error) {
      // It is not to be found there again.
      this.#inBackground(this.#store.remove(id));
      this.#pending.fail(id, error);
    }
  }

  #fail(id: string, reason: string): void {
    this.#inBackground(this.#store.unwant(id));
    const sentence = reason === STALLED ? STALLED_SENTENCE : this.#address.redact(reason);
    this.#pending.fail(id, new EspalierError(sentence));
  }

  #sweepIn(ms: number): void {
    if (this.#sweep !== null) clearTimeout(this.#sweep);
    this.#sweep = setTimeout(() => {
      this.#sweep = null;
      if (this.#closing !== null || this.#pending.empty) return;
      this.#inBackground(this.#sweepUp().finally(() => this.#wake()));
    }, ms);
  }

  async #sweepUp(): Promise<void> {
    if (this.#lostAt !== null) {
      const awayMs = performance.now() - this.#lostAt;
      if (awayMs < this.#settings.patienceMs) return;
      throw new EspalierError(
        `The Redis at ${this.where} has been away for ${Math.round(awayMs / 1000)} s, longer than is waited for; bring it back, and go on with the study.`,
      );
    }
    const present = renewPresence(this.#client, this.#names.visitors, this.#self);
    this.#lookAtWorkers(await answerWithin(this.#client, present, this.#settings.silenceMs));
    await this.#look(this.#pending.startedIds());
  }

  /** Tells once that nobody is there to work; workers of other versions only are given some time to be replaced. */
  #lookAtWorkers(visitors: readonly Visitor[]): void {
    const { code, onNotice, versionPatienceMs } = this.#settings;
    const workers = visitors.filter(({ kind }) => kind === "worker");
    const strangers = workers.filter((worker) => worker.code !== code);
    if (workers.length > strangers.length) {
      this.#strangersSince = null;
      this.#toldOfWorkers = false;
      return;
    }
    // Those who were there before it went have yet to say so again.
    if (performance.now() - this.#backAt < 2 * RENEW_MS) return;
    if (strangers.length > 0) {
      this.#strangersSince ??= performance.now();
      if (performance.now() - this.#strangersSince < versionPatienceMs) return;
      const codes = [...new Set(strangers.map((worker) => worker.code))].join(" and ");
      throw new EspalierError(
        `The workers at ${this.where} run version ${codes} of the code and the study runs ${code}; start workers of the same version.`,
      );
    }
    this.#strangersSince = null;
    if (this.#toldOfWorkers) return;
    this.#toldOfWorkers = true;
    onNotice(`No worker is there at ${this.where}; the jobs wait until one is started.`);
  }
}
