/** Jobs for tests, whose results can be told without running them. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  contentId,
  type EvaluationHandler,
  type EvaluationJob,
  type EvaluationResult,
  evaluationJob,
  type Json,
} from "../../src/queue/index.js";

export const CODE = "1.2.3";

/** A small job; others have other numbers. `source` says what the handler is to do, and is no part of what names the job. */
export function testJob(number: number, source: Json = {}, code = CODE): EvaluationJob {
  return evaluationJob({
    code,
    backend: "none",
    model: "sha256:model",
    samples: { digest: "sha256:samples", indices: [0, 1, 2] },
    selector: { name: "fastv", seed: 7 },
    counts: [0, 1, 2].map((sample) => [number + 64, number + sample, number]),
    metric: "exact",
    source,
  });
}

export function testJobs(count: number, source: Json = {}, from = 0): EvaluationJob[] {
  return Array.from({ length: count }, (_, i) => testJob(from + i, source));
}

/** The result of a job: doubles of all sizes out of its name. */
export function resultOf(job: EvaluationJob): EvaluationResult {
  const id = contentId(job);
  const bytes = job.counts.map((_, s) => createHash("sha256").update(`${id} ${s}`).digest());
  const doubles = (at: number) =>
    bytes.map((digest, s) => (digest.readUInt32LE(at) + 1 / 3) * 10 ** ((s % 3) * 9 - 12));
  return {
    divergence: doubles(0),
    exact: bytes.map((digest) => digest[8] % 2 === 1),
    accuracy: doubles(4),
    layerForwards: job.counts.length * job.counts[0].length,
    seconds: 0.25,
  };
}

/** Gives the results after `ms`, or throws at once when it is to stop. */
export function handlerAfter(ms: number): EvaluationHandler {
  return async (job, { signal }) => {
    signal.throwIfAborted();
    if (ms > 0) await pause(ms, undefined, { signal });
    return resultOf(job);
  };
}

/** A promise, and what settles it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Waits until something holds; bounded, since a test must end. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 40_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain for: ${what}.`);
    await pause(20);
  }
}
