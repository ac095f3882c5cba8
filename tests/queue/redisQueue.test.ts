import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import {
  contentId,
  type EvaluationHandler,
  type EvaluationJob,
  type EvaluationWorker,
  JobRefused,
  LocalEvaluationQueue,
  openRedisQueue,
  type RedisEvaluationQueue,
  type RedisQueueOptions,
  startWorker,
  type WorkerOptions,
} from "../../src/queue/index.js";
import { rejection } from "../scripts/scripts.js";
import { CODE, gate, handlerAfter, resultOf, testJob, testJobs, until } from "./jobs.js";
import { TestRedis } from "./redis.js";

describe("queue/redisQueue", function () {
  if (process.platform === "win32") return;
  this.timeout(120_000);
  let redis: TestRedis;
  let tests = 0;
  let name = "";
  const notices: string[] = [];
  const onNotice = (sentence: string) => void notices.push(sentence);
  const queues: RedisEvaluationQueue[] = [];
  const workers: EvaluationWorker[] = [];

  before(async () => {
    redis = await TestRedis.start();
  });
  after(() => redis.stop());
  beforeEach(() => {
    name = `test-${++tests}`;
    notices.length = 0;
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.leave()));
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
  });

  async function open(options: Partial<RedisQueueOptions> = {}): Promise<RedisEvaluationQueue> {
    const queue = await openRedisQueue({
      url: redis.url,
      code: CODE,
      name,
      backoffMs: 20,
      sweepMs: 500,
      onNotice,
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  async function work(handler: EvaluationHandler, options: Partial<WorkerOptions> = {}): Promise<EvaluationWorker> {
    const worker = await startWorker({
      url: redis.url,
      code: CODE,
      name,
      handler,
      refusalMs: 20,
      onNotice,
      ...options,
    });
    workers.push(worker);
    return worker;
  }

  /** A handler that keeps the names of what it begins. */
  function recorder(ms = 0): { handler: EvaluationHandler; begun: string[] } {
    const begun: string[] = [];
    const inner = handlerAfter(ms);
    const handler: EvaluationHandler = (job, context) => {
      begun.push(contentId(job));
      return inner(job, context);
    };
    return { handler, begun };
  }

  /** Keys of the Redis that are about jobs of this test. */
  async function jobKeys(): Promise<string[]> {
    const client = redis.client();
    const keys = await client.keys(`espalier:${name}@*`);
    client.disconnect();
    return keys.filter((key) => /[0-9a-f]{64}$/.test(key));
  }

  it("gives the results that this process gives, in order, each told once", async () => {
    const jobs = [...testJobs(40), ...testJobs(5), testJob(3, { elsewhere: true })];
    const here = await new LocalEvaluationQueue(handlerAfter(0)).submit(jobs);
    const queue = await open({ inFlight: 7 });
    const { handler, begun } = recorder();
    await Promise.all([work(handler), work(handler)]);
    const told = new Map<number, number>();
    const there = await queue.submit(jobs, { onResult: (index) => told.set(index, (told.get(index) ?? 0) + 1) });
    expect(there).to.deep.equal(here);
    expect([...told.values()]).to.deep.equal(jobs.map(() => 1));
    expect(new Set(begun).size).to.equal(40);
    expect(begun.length).to.equal(40);
    expect(await queue.submit([])).to.deep.equal([]);
  });

  it("keeps every bit of a number", async () => {
    const values = [-0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2, Number.NaN, Number.NEGATIVE_INFINITY];
    const queue = await open();
    await work(async (job) => ({ ...resultOf(job), divergence: values.slice(0, 3), accuracy: values.slice(3) }));
    const [{ divergence, accuracy }] = await queue.submit([testJob(1)]);
    expect([...divergence, ...accuracy].every((value, i) => Object.is(value, values[i]))).to.equal(true);
  });

  it("runs equal jobs once, of one queue and of two, and remembers their results", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const { handler, begun } = recorder(5);
    const jobs = testJobs(20);
    const submissions = [one.submit(jobs), two.submit(jobs), one.submit(jobs.toReversed())];
    await Promise.all([work(handler), work(handler)]);
    const [first, second, third] = await Promise.all(submissions);
    expect(second).to.deep.equal(first);
    expect(third.toReversed()).to.deep.equal(first);
    const later = await open();
    expect(await later.submit(jobs)).to.deep.equal(first);
    expect(begun.length).to.equal(20);
  });

  it("removes results after their time", async () => {
    const { handler, begun } = recorder();
    await work(handler);
    const queue = await open({ keepSeconds: 1 });
    await queue.submit([testJob(1)]);
    await pause(1500);
    await queue.submit([testJob(2)]);
    await until(async () => (await jobKeys()).length === 1, "the first result to be gone");
    await pause(1500);
    await open({ keepSeconds: 1 });
    expect(await jobKeys()).to.deep.equal([]);
    await queue.submit([testJob(1)]);
    expect(begun.length).to.equal(3);
  });

  it("starts frontier points first, and what becomes one", async () => {
    const [queue, other] = await Promise.all([open(), open()]);
    const numbers = new Map<string, number>();
    const of = (number: number) => {
      const job = testJob(number);
      numbers.set(contentId(job), number);
      return job;
    };
    const submissions = [
      queue.submit([of(0), of(1)], { priority: "background" }),
      queue.submit([of(2), of(3)]),
      queue.submit([of(4), of(5)], { priority: "frontier" }),
    ];
    await until(async () => (await jobKeys()).filter((key) => !key.includes("wanted")).length === 6, "all to be sent");
    submissions.push(other.submit([of(1)], { priority: "frontier" }), queue.submit([of(3)], { priority: "frontier" }));
    await until(async () => {
      const client = redis.client();
      const ids = [1, 3].map((number) => contentId(testJob(number)));
      const found = await Promise.all(ids.map((id) => client.hget(`espalier:${name}@${CODE}:${id}`, "priority")));
      client.disconnect();
      return found.every((priority) => priority === "1");
    }, "two to have become urgent");
    const { handler, begun } = recorder();
    await work(handler);
    await Promise.all(submissions);
    const order = begun.map((id) => numbers.get(id) ?? -1);
    expect(order.slice(0, 2)).to.deep.equal([4, 5]);
    expect(order.slice(2, 4).sort()).to.deep.equal([1, 3]);
    expect(order.slice(4)).to.deep.equal([2, 0]);
  });

  it("has no more jobs in the Redis than it may", async () => {
    const queue = await open({ inFlight: 5 });
    const client = redis.client();
    const seen: number[] = [];
    const inner = handlerAfter(2);
    await work(async (job, context) => {
      const base = `espalier:${name}@${CODE}`;
      const [prioritized, active] = await Promise.all([
        client.zcard(`${base}:prioritized`),
        client.llen(`${base}:active`),
      ]);
      seen.push(prioritized + active);
      return inner(job, context);
    });
    await queue.submit(testJobs(60));
    client.disconnect();
    expect(seen.length).to.equal(60);
    expect(Math.max(...seen))
      .to.be.at.most(5)
      .and.at.least(2);
  });

  it("tries a failure again, and tells the last error's sentence", async () => {
    const queue = await open();
    const tries = new Map<string, number>();
    await work(async (job) => {
      const id = contentId(job);
      const count = (tries.get(id) ?? 0) + 1;
      tries.set(id, count);
      const { fails } = job.source as { fails: number };
      if (count <= fails) throw new Error(`Try ${count} of this job failed.`);
      return resultOf(job);
    });
    const twice = testJob(1, { fails: 2 });
    expect(await queue.submit([twice])).to.deep.equal([resultOf(twice)]);
    const thrice = testJob(2, { fails: 3 });
    const error = await rejection(queue.submit([testJob(3, { fails: 0 }), thrice, ...testJobs(5, { fails: 0 }, 10)]));
    expect(error.name).to.equal("EspalierError");
    expect(error.message).to.equal("Try 3 of this job failed.");
    // What failed in earlier days is tried anew.
    expect(await queue.submit([thrice])).to.deep.equal([resultOf(thrice)]);
    expect([...tries.values()].slice(0, 1)).to.deep.equal([3]);
    expect(tries.get(contentId(thrice))).to.equal(4);
  });

  it("ends a submission whose listener fails", async () => {
    const queue = await open();
    await work(handlerAfter(0));
    const onResult = () => {
      throw new Error("The disk is full.");
    };
    expect((await rejection(queue.submit(testJobs(3), { onResult }))).message).to.equal("The disk is full.");
  });

  it("passes progress on", async () => {
    const queue = await open();
    const seen = gate();
    await work(async (job, { progress }) => {
      progress(0.5);
      await seen.opened;
      return resultOf(job);
    });
    const told: [number, number][] = [];
    const onProgress = (index: number, fraction: number) => {
      told.push([index, fraction]);
      if (told.length === 2) seen.open();
    };
    await queue.submit([testJob(1), testJob(1)], { onProgress });
    expect(told).to.deep.equal([
      [0, 0.5],
      [1, 0.5],
    ]);
  });

  it("withdraws what waits, and stops what runs", async () => {
    const queue = await open({ inFlight: 4 });
    const running = gate();
    const outcomes: string[] = [];
    let stopped = false;
    await work(
      async (job, { signal }) => {
        running.open();
        await pause(60_000, undefined, { signal }).catch(() => {
          stopped = true;
        });
        signal.throwIfAborted();
        return resultOf(job);
      },
      { onJob: ({ outcome }) => void outcomes.push(outcome) },
    );
    const controller = new AbortController();
    const reason = new Error("Enough.");
    const refused = rejection(queue.submit(testJobs(10), { signal: controller.signal }));
    await running.opened;
    controller.abort(reason);
    expect(await refused).to.equal(reason);
    await until(() => outcomes.length === 1, "the job to be stopped");
    expect(stopped).to.equal(true);
    expect(outcomes).to.deep.equal(["withdrawn"]);
    await until(async () => (await jobKeys()).length <= 1, "the waiting jobs to be gone");
    expect(await rejection(queue.submit(testJobs(1), { signal: controller.signal }))).to.equal(reason);
    // The same jobs again, wanted this time.
    await Promise.all(workers.splice(0).map((worker) => worker.leave()));
    await work(handlerAfter(0));
    expect(await queue.submit(testJobs(10))).to.deep.equal(testJobs(10).map(resultOf));
  });

  it("does not withdraw what another study waits for", async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const running = gate();
    const finish = gate();
    await work(async (job, { signal }) => {
      running.open();
      await finish.opened;
      signal.throwIfAborted();
      return resultOf(job);
    });
    const controller = new AbortController();
    const jobs = testJobs(3);
    const refused = rejection(one.submit(jobs, { signal: controller.signal }));
    const kept = two.submit(jobs);
    await running.opened;
    await until(async () => (await jobKeys()).length === 6, "both to want all");
    const client = redis.client();
    const wanted = `espalier:${name}@${CODE}:wanted:${contentId(jobs[2])}`;
    await until(async () => (await client.scard(wanted)) === 2, "both to want the last");
    controller.abort();
    await refused;
    await until(async () => (await client.scard(wanted)) === 1, "one to want it no longer");
    client.disconnect();
    finish.open();
    expect(await kept).to.deep.equal(jobs.map(resultOf));
  });

  it("has a job run again that somebody withdrew who did not know that it is wanted", async () => {
    const queue = await open();
    const job = testJob(1);
    const running = gate();
    let times = 0;
    await work(async (job, { signal }) => {
      times++;
      running.open();
      if (times === 1) await pause(60_000, undefined, { signal });
      return resultOf(job);
    });
    const submitted = queue.submit([job]);
    await running.opened;
    const client = redis.client();
    await client.publish(`espalier:${name}@${CODE}:withdrawals`, contentId(job));
    client.disconnect();
    expect(await submitted).to.deep.equal([resultOf(job)]);
    expect(times).to.equal(2);
  });

  it("withdraws everything when it is closed", async () => {
    const queue = await open();
    const refused = rejection(queue.submit(testJobs(10)));
    await until(async () => (await jobKeys()).length === 20, "all to be sent");
    await queue.close();
    expect((await refused).message).to.match(/^The queue is closed/);
    expect(await jobKeys()).to.deep.equal([]);
    expect((await rejection(queue.submit(testJobs(1)))).message).to.match(/^The queue is closed/);
  });

  it("sends again what the Redis has lost", async () => {
    const queue = await open();
    const submitted = queue.submit(testJobs(5));
    await until(async () => (await jobKeys()).length === 10, "all to be sent");
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    await work(handlerAfter(0));
    expect(await submitted).to.deep.equal(testJobs(5).map(resultOf));
  });

  it("says that the memory of the Redis is full", async () => {
    const small = await TestRedis.start({ args: ["--maxmemory", "4mb"] });
    try {
      const queue = await open({ url: small.url });
      const error = await rejection(queue.submit(testJobs(200, { padding: "x".repeat(100_000) })));
      expect(error.name).to.equal("EspalierError");
      expect(error.message).to.match(/^The memory of the Redis at \S+ is full; raise its maxmemory/);
      await queue.close();
    } finally {
      await small.stop();
    }
  });

  describe("a job that is not for this worker", () => {
    it("goes to a worker that does not refuse it, without using up a try", async () => {
      const queue = await open({ attempts: 1 });
      const refusing = await work(async () => {
        throw new JobRefused("The model here is another.");
      });
      const submitted = queue.submit(testJobs(1));
      await until(() => notices.length > 0, "the refusal");
      await Promise.all([refusing.leave(), work(handlerAfter(0))]);
      expect(await submitted).to.deep.equal(testJobs(1).map(resultOf));
      expect(notices[0]).to.equal("A job was refused: The model here is another.");
    });

    it("has failed when three have refused it", async () => {
      const queue = await open();
      let refusals = 0;
      await work(async () => {
        throw new JobRefused(`The samples here are others (${++refusals}).`);
      });
      expect((await rejection(queue.submit(testJobs(1)))).message).to.equal("The samples here are others (3).");
    });

    it("of another version of the code is given to none", async () => {
      const queue = await open({ versionPatienceMs: 0, sweepMs: 50 });
      const { handler, begun } = recorder();
      await work(handler, { code: "1.2.4" });
      const error = await rejection(queue.submit(testJobs(1)));
      expect(error.message).to.match(
        /^The workers at redis:\/\/127\.0\.0\.1:\d+\/0 run version 1\.2\.4 of the code and the study runs 1\.2\.3; start/,
      );
      expect(begun).to.deep.equal([]);
      await work(handler, { code: "1.2.5" });
      expect(
        notices.some((notice) => /^The studies at .* run version 1\.2\.3 .* this worker runs 1\.2\.5/.test(notice)),
      ).to.equal(true);
      expect((await rejection(queue.submit([testJob(1, {}, "1.2.5")]))).message).to.match(
        /^The job is of version 1\.2\.5/,
      );
    });

    /** Puts a job into the Redis as no queue of ours would. */
    async function smuggle(job: unknown, id: string): Promise<void> {
      const { Queue } = await import("bullmq");
      const client = redis.client();
      const raw = new Queue(`${name}@${CODE}`, { connection: client, prefix: "espalier" });
      await raw.add("evaluation", { job, refusals: [] }, { jobId: id, attempts: 3 });
      await raw.close();
      client.disconnect();
    }

    const smuggled: [string, (job: EvaluationJob) => unknown, RegExp][] = [
      [
        "of another version",
        (job) => ({ ...job, code: "0.9.0" }),
        /^The job is of version 0\.9\.0 of the code and the worker runs 1\.2\.3/,
      ],
      [
        "of another format",
        (job) => ({ ...job, wire: 2 }),
        /^The job is in version 2 of the queue's format and version 1 is read here/,
      ],
      ["that is damaged", (job) => ({ ...job, counts: [[1, "two"]] }), /^The job is not valid at counts\.0\.1/],
      [
        "that is another than its name says",
        (job) => ({ ...job, metric: "anls" }),
        /^The job is not the one that its name says/,
      ],
    ];
    for (const [what, change, sentence] of smuggled) {
      it(`${what} fails at once, with a sentence`, async () => {
        const job = testJob(1);
        await smuggle(change(job), contentId(job));
        const queue = await open();
        const { handler, begun } = recorder();
        const submitted = rejection(queue.submit([job]));
        await work(handler);
        expect((await submitted).message).to.match(sentence);
        expect(begun).to.deep.equal([]);
      });
    }
  });

  it("says that no worker is there, once", async () => {
    const queue = await open({ sweepMs: 50 });
    const submitted = queue.submit(testJobs(1));
    await until(() => notices.length > 0, "the notice");
    await pause(300);
    expect(notices).to.deep.equal([`No worker is there at ${queue.where}; the jobs wait until one is started.`]);
    expect(await queue.workers()).to.deep.equal([]);
    await work(handlerAfter(0));
    await submitted;
    expect((await queue.workers()).length).to.equal(1);
  });

  it("refuses numbers that are none", async () => {
    for (const options of [{ inFlight: 0 }, { attempts: 1.5 }]) {
      expect((await rejection(open(options))).message).to.match(/cannot be (0|1\.5); give a whole number from 1 on/);
    }
    expect((await rejection(work(handlerAfter(0), { concurrency: 0 }))).message).to.match(/cannot be 0/);
    expect((await rejection(open({ name: "a:b" }))).message).to.match(/^A queue cannot be called "a:b"/);
    expect((await rejection(open({ code: "a b" }))).message).to.match(/^The version of the code cannot be "a b"/);
  });
});
