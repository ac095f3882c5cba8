import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import {
  contentId,
  openRedisQueue,
  type RedisEvaluationQueue,
  type RedisQueueOptions,
  startWorker,
} from "../../src/queue/index.js";
import { Random } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";
import { CODE, gate, handlerAfter, resultOf, testJob, testJobs, until } from "./jobs.js";
import { TestRedis } from "./redis.js";
import { type ProcessOptions, startProcess, type WorkerProcess } from "./workerProcess.js";

describe("queue/worker", function () {
  if (process.platform === "win32") return;
  this.timeout(180_000);
  let redis: TestRedis;
  let tests = 0;
  let name = "";
  const queues: RedisEvaluationQueue[] = [];
  const processes: WorkerProcess[] = [];

  before(async () => {
    redis = await TestRedis.start();
  });
  after(() => redis.stop());
  beforeEach(() => {
    name = `test-${++tests}`;
  });
  afterEach(async () => {
    for (const process of processes) process.kill("SIGKILL");
    await Promise.all(processes.splice(0).map(({ ended }) => ended));
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
  });

  async function open(options: Partial<RedisQueueOptions> = {}): Promise<RedisEvaluationQueue> {
    const queue = await openRedisQueue({
      url: redis.url,
      code: CODE,
      name,
      sweepMs: 500,
      onNotice: () => {},
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  /** A worker process; one that dies is noticed within a second or two. */
  async function start(options: Partial<ProcessOptions> = {}): Promise<WorkerProcess> {
    const process = await startProcess({
      url: redis.url,
      code: CODE,
      name,
      lockMs: 1000,
      stalledMs: 400,
      counter: `begun:${name}`,
      ...options,
    });
    processes.push(process);
    return process;
  }

  /** How often each job was begun. */
  async function begun(): Promise<Record<string, string>> {
    const client = redis.client();
    const counts = await client.hgetall(`begun:${name}`);
    client.disconnect();
    return counts;
  }

  it("that is killed leaves its job to another, without using up a try", async () => {
    const queue = await open({ attempts: 1 });
    const first = await start({ ms: 60_000 });
    const job = testJob(1);
    const submitted = queue.submit([job]);
    await until(async () => Object.keys(await begun()).length === 1, "the job to be begun");
    first.kill("SIGKILL");
    expect(await first.ended).to.equal("SIGKILL");
    await start();
    expect(await submitted).to.deep.equal([resultOf(job)]);
    expect(await begun()).to.deep.equal({ [contentId(job)]: "2" });
  });

  it("finishes what it holds before it leaves, and takes nothing more", async () => {
    const queue = await open();
    const worker = await start({ ms: 700 });
    const [first, second] = testJobs(2);
    const submitted = queue.submit([first, second]);
    await until(async () => Object.keys(await begun()).length === 1, "a job to be begun");
    worker.kill("SIGTERM");
    expect(await worker.ended).to.equal(0);
    expect(worker.lines.filter((line) => line.startsWith("done"))).to.deep.equal([`done ${contentId(first)}`]);
    expect(await queue.workers()).to.deep.equal([]);
    await start();
    expect(await submitted).to.deep.equal([resultOf(first), resultOf(second)]);
    expect(Object.values(await begun())).to.deep.equal(["1", "1"]);
  });

  it("gives back what takes longer than the grace, without using up a try", async () => {
    const queue = await open({ attempts: 1 });
    // A lock for long: without being given back, the job would not be there for the next worker.
    const worker = await start({ ms: 60_000, graceMs: 100, lockMs: 600_000 });
    const job = testJob(1);
    const submitted = queue.submit([job]);
    await until(async () => Object.keys(await begun()).length === 1, "the job to be begun");
    worker.kill("SIGINT");
    expect(await worker.ended).to.equal(0);
    expect(worker.lines.at(-1)).to.equal(`given back ${contentId(job)}`);
    await start();
    expect(await submitted).to.deep.equal([resultOf(job)]);
  });

  it("leaves although its handler does not hear, and its job goes to another", async () => {
    const queue = await open({ attempts: 1 });
    const worker = await start({ ms: 60_000, deaf: true, graceMs: 100 });
    const job = testJob(1);
    const submitted = queue.submit([job]);
    await until(async () => Object.keys(await begun()).length === 1, "the job to be begun");
    worker.kill("SIGTERM");
    expect(await worker.ended).to.equal(0);
    await start();
    expect(await submitted).to.deep.equal([resultOf(job)]);
  });

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`ends at once at a second ${signal}`, async () => {
      const queue = await open();
      const worker = await start({ ms: 60_000, deaf: true });
      const refused = rejection(queue.submit([testJob(1)]));
      await until(async () => Object.keys(await begun()).length === 1, "the job to be begun");
      worker.kill(signal);
      await until(() => worker.lines.some((line) => line.startsWith("Leaving")), "the first signal to be heard");
      worker.kill(signal);
      expect(await worker.ended).to.equal(code);
      await queue.close();
      await refused;
    });
  }

  it("stops computing what it has lost to another", async () => {
    const queue = await open({ attempts: 1 });
    const job = testJob(1);
    const begun = gate();
    const stopped = gate();
    const options = { url: redis.url, code: CODE, name, lockMs: 1000, stalledMs: 300, onNotice: () => {} };
    const outcomes: string[] = [];
    const first = await startWorker({
      ...options,
      onJob: ({ outcome }) => void outcomes.push(outcome),
      handler: async (job, { signal }) => {
        if (signal.aborted || outcomes.length > 0) return resultOf(job);
        begun.open();
        await pause(60_000, undefined, { signal }).catch(() => stopped.open());
        throw new Error("stopped");
      },
    });
    const submitted = queue.submit([job]);
    await begun.opened;
    // As when a machine has slept for longer than its lock lasts.
    const client = redis.client();
    await client.del(`espalier:${name}@${CODE}:${contentId(job)}:lock`);
    client.disconnect();
    await stopped.opened;
    expect(await submitted).to.deep.equal([resultOf(job)]);
    expect(outcomes).to.deep.equal(["given back", "done"]);
    await first.leave();
  });

  it("whose job kills every worker is not given a new one for ever", async () => {
    const queue = await open();
    const error = rejection(queue.submit([testJob(1)]));
    let deaths = 0;
    let over = false;
    void error.then(() => {
      over = true;
    });
    while (!over) {
      const worker = await start({ ms: 60_000 });
      await until(async () => over || Number(Object.values(await begun())[0] ?? 0) > deaths, "the job to be begun");
      if (over) break;
      worker.kill("SIGKILL");
      await worker.ended;
      deaths++;
    }
    expect((await error).message).to.match(/^Every worker that took the job died/);
    expect(deaths).to.equal(6);
  });

  it("sees a Redis go and come back, and nothing is lost or told twice", async () => {
    const notices: string[] = [];
    const queue = await open({ onNotice: (sentence) => void notices.push(sentence) });
    const finish = gate();
    let running = 0;
    const inner = handlerAfter(5);
    const options = { url: redis.url, code: CODE, name, lockMs: 2000, stalledMs: 500 };
    const worker = await startWorker({
      ...options,
      onNotice: (sentence) => void notices.push(sentence),
      handler: async (job, context) => {
        running++;
        if (running === 20) await finish.opened;
        return inner(job, context);
      },
    });
    const jobs = testJobs(40);
    const told = new Map<number, number>();
    const submitted = queue.submit(jobs, { onResult: (index) => told.set(index, (told.get(index) ?? 0) + 1) });
    await until(() => running === 20, "half of it");
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await redis.end(signal);
      if (signal === "SIGTERM") finish.open();
      await pause(300);
      await redis.begin();
    }
    expect(await submitted).to.deep.equal(jobs.map(resultOf));
    expect([...told.values()]).to.deep.equal(jobs.map(() => 1));
    expect(notices.some((notice) => /^No Redis answers .* What was submitted waits for it\.$/.test(notice))).to.equal(
      true,
    );
    expect(notices).to.include(`The Redis at ${queue.where} is back.`);
    await worker.leave();
  });

  it("and study notice a Redis that is silent, and go on when it speaks", async () => {
    const own = await TestRedis.start();
    try {
      const notices: string[] = [];
      const onNotice = (sentence: string) => void notices.push(sentence);
      const queue = await open({ url: own.url, silenceMs: 300, sweepMs: 100, onNotice });
      const submitted = queue.submit(testJobs(3));
      await pause(200);
      own.signal("SIGSTOP");
      await until(() => notices.some((notice) => /^No Redis answers /.test(notice)), "the notice");
      own.signal("SIGCONT");
      const handler = handlerAfter(0);
      const worker = await startWorker({ url: own.url, code: CODE, name, handler, onNotice: () => {} });
      expect(await submitted).to.deep.equal(testJobs(3).map(resultOf));
      await worker.leave();
      await queue.close();
    } finally {
      await own.stop();
    }
  });

  it("leaves while its connections are being made again", async () => {
    const options = { url: redis.url, code: CODE, name, handler: handlerAfter(0), onNotice: () => {} };
    const worker = await startWorker({ ...options, graceMs: 600_000 });
    const queue = await open();
    await queue.submit(testJobs(2));
    const client = redis.client();
    await client.client("KILL", "TYPE", "normal", "SKIPME", "yes");
    client.disconnect();
    await pause(50);
    await worker.leave();
    expect(worker.leaving).to.equal(true);
  });

  it("and study give up on a Redis that stays away, and end", async () => {
    const own = await TestRedis.start();
    const queue = await open({ url: own.url, patienceMs: 300, sweepMs: 100 });
    const handler = handlerAfter(60_000);
    const worker = await startWorker({ url: own.url, code: CODE, name, handler, graceMs: 100, onNotice: () => {} });
    const refused = rejection(queue.submit(testJobs(3)));
    await own.stop();
    expect((await refused).message).to.match(/^The Redis at redis:\/\/127\.0\.0\.1:\d+\/0 has been away for \d+ s/);
    await Promise.all([queue.close(), worker.leave()]);
  });

  it("may be killed at any time: of 200 jobs and 30 killings none is lost and none told twice", async () => {
    const random = new Random(20261129);
    const queue = await open();
    const jobs = testJobs(200);
    const told = new Map<number, number>();
    const submitted = queue.submit(jobs, { onResult: (index) => told.set(index, (told.get(index) ?? 0) + 1) });
    // Six jobs may go on between two killings, so that there is work until the last of them.
    const permits = `permits:${name}`;
    const client = redis.client();
    const options = { permits, ms: 5, lockMs: 600, stalledMs: 200 };
    const alive = await Promise.all([0, 1, 2].map(() => start(options)));
    for (let killed = 0; killed < 30; killed++) {
      await client.rpush(permits, ...Array.from({ length: 6 }, String));
      await pause(random.integer(0, 60));
      const [victim] = alive.splice(random.integer(0, alive.length - 1), 1);
      victim.kill("SIGKILL");
      await victim.ended;
      alive.push(await start(options));
    }
    expect(told.size).to.be.greaterThan(0).and.lessThan(200);
    await client.rpush(permits, ...Array.from({ length: 400 }, String));
    expect(await submitted).to.deep.equal(jobs.map(resultOf));
    expect(told.size).to.equal(200);
    expect([...told.values()].every((count) => count === 1)).to.equal(true);
    // Some were begun again, which is how it can be that none was lost.
    const beginnings = Object.values(await begun()).map(Number);
    expect(beginnings.length).to.equal(200);
    expect(Math.max(...beginnings)).to.be.greaterThan(1);
    client.disconnect();
  });
});
