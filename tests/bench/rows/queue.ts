/** Rows of the queue's overhead and throughput. */
import type { benchQueue } from "../queue.js";
import { type Bench, percent } from "./row.js";

export const queueRows: Bench = {
  name: "queue",
  rows(json) {
    const { overheadMs, bytesPerJob, computeMs, jobsPerSecond, ratio, model, targets, cores } = json as Awaited<
      ReturnType<typeof benchQueue>
    >;
    const simulated = model.rows.map(
      ({ workers, jobsPerSecond: rate, share }) => `${workers}: ${rate.toFixed(0)} a second, ${percent(share)}`,
    );
    return [
      {
        what: `Queue: overhead of a job of ${(bytesPerJob / 1000).toFixed(0)} kB, one worker, Redis on the same ${cores} cores`,
        measured: `${overheadMs.toFixed(2)} ms`,
        target: `< ${targets.overheadMs} ms`,
        met: overheadMs < targets.overheadMs,
      },
      {
        what: `— throughput of two workers / twice that of one, jobs of ${computeMs} ms`,
        measured: `${ratio.toFixed(2)} (${jobsPerSecond.one.toFixed(1)} and ${jobsPerSecond.two.toFixed(1)} a second)`,
        target: `≥ ${targets.ratio}`,
        met: ratio >= targets.ratio,
      },
      {
        what: `— simulated from these: workers with jobs of ${model.seconds} s, and their share of the ideal`,
        measured: simulated.join("; "),
        target: "",
        met: null,
      },
    ];
  },
};
