/** The row of memory over a long search. */
import type { benchMemory } from "../memory.js";
import { type Bench, percent } from "./row.js";

export const memoryRows: Bench = {
  name: "memory",
  rows(json) {
    const { marks, tensorsFlat, growth, peakMemory, target } = json as Awaited<ReturnType<typeof benchMemory>>;
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    return [
      {
        what: `Memory over ${marks.at(-1)?.step} search steps: growth of resident memory behind the first half`,
        measured: `${percent(growth)}, tensors ${tensorsFlat ? "flat" : "growing"}, peak ${megabytes(peakMemory)}`,
        target: `≤ ${percent(target, 0)}`,
        met: tensorsFlat && growth <= target,
      },
    ];
  },
};
