import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { contentId, type EvaluationHandler, LocalEvaluationQueue } from "../../src/queue/index.js";
import { rejection } from "../scripts/scripts.js";
import { gate, handlerAfter, resultOf, testJob, testJobs } from "./jobs.js";

describe("queue/localQueue", () => {
  it("gives one result a job, in order, and runs equal jobs once", async () => {
    let runs = 0;
    const queue = new LocalEvaluationQueue(async (job) => {
      runs++;
      return resultOf(job);
    });
    const jobs = [...testJobs(5), ...testJobs(5)];
    const told: number[] = [];
    const [results, again] = await Promise.all([
      queue.submit(jobs, { onResult: (index) => told.push(index) }),
      queue.submit(jobs.slice(2, 4)),
    ]);
    expect(results).to.deep.equal(jobs.map(resultOf));
    expect(again).to.deep.equal(jobs.slice(2, 4).map(resultOf));
    expect(told).to.deep.equal([0, 5, 1, 6, 2, 7, 3, 8, 4, 9]);
    expect(runs).to.equal(5);
    expect(await queue.submit([])).to.deep.equal([]);
    await queue.close();
  });

  it("starts urgent jobs first, and what becomes urgent", async () => {
    const order: number[] = [];
    const queue = new LocalEvaluationQueue(async (job) => {
      order.push(job.counts[0][2]);
      return resultOf(job);
    });
    await Promise.all([
      queue.submit([testJob(0)]),
      queue.submit([testJob(1), testJob(2)], { priority: "background" }),
      queue.submit([testJob(3), testJob(4)]),
      queue.submit([testJob(5), testJob(2)], { priority: "frontier" }),
    ]);
    // The first has begun before the others were there.
    expect(order).to.deep.equal([0, 5, 2, 3, 4, 1]);
  });

  it("rejects with what the handler throws, and runs nothing more of that submission", async () => {
    const begun: string[] = [];
    const queue = new LocalEvaluationQueue(async (job) => {
      begun.push(contentId(job));
      if (begun.length === 2) throw new Error("No memory.");
      return resultOf(job);
    });
    expect((await rejection(queue.submit(testJobs(5)))).message).to.equal("No memory.");
    expect(await queue.submit(testJobs(1, {}, 9))).to.deep.equal(testJobs(1, {}, 9).map(resultOf));
    expect(begun.length).to.equal(3);
  });

  it("rejects with the signal's reason, and stops what nobody else waits for", async () => {
    const begun = gate();
    let aborted = false;
    const handler: EvaluationHandler = async (job, { signal }) => {
      begun.open();
      await pause(20);
      aborted = signal.aborted;
      signal.throwIfAborted();
      return resultOf(job);
    };
    const queue = new LocalEvaluationQueue(handler);
    for (const shared of [false, true]) {
      const controller = new AbortController();
      const jobs = testJobs(2);
      const refused = rejection(queue.submit(jobs, { signal: controller.signal }));
      const other = shared ? queue.submit([jobs[0]]) : Promise.resolve([]);
      await begun.opened;
      await pause(5);
      controller.abort(new Error("Enough."));
      expect((await refused).message).to.equal("Enough.");
      expect((await other).length).to.equal(shared ? 1 : 0);
      await pause(40);
      expect(aborted).to.equal(!shared);
    }
    await queue.close();
  });

  it("passes progress on, and refuses a result of other samples", async () => {
    const queue = new LocalEvaluationQueue(async (job, { progress }) => {
      progress(0.5);
      return { ...resultOf(job), accuracy: [1] };
    });
    const told: [number, number][] = [];
    const onProgress = (index: number, fraction: number) => void told.push([index, fraction]);
    const error = await rejection(queue.submit([testJob(1), testJob(1)], { onProgress }));
    expect(error.message).to.include("1 values of accuracy for a job of 3 samples");
    expect(told).to.deep.equal([
      [0, 0.5],
      [1, 0.5],
    ]);
  });

  it("withdraws everything when it is closed", async () => {
    const queue = new LocalEvaluationQueue(handlerAfter(60_000));
    const refused = rejection(queue.submit(testJobs(3)));
    await pause(10);
    await queue.close();
    expect((await refused).message).to.match(/^The queue is closed/);
    expect((await rejection(queue.submit(testJobs(1)))).message).to.match(/^The queue is closed/);
  });
});
