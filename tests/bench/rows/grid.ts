/** The reference grid's row. */
import type { benchGrid } from "../grid.js";
import { type Bench, percent } from "./row.js";

export const gridRows: Bench = {
  name: "grid",
  rows(json) {
    const { configurations, ratio, cpuRatio, tokenShare, target } = json as Awaited<ReturnType<typeof benchGrid>>;
    return [
      {
        what: `Grid of ${configurations} with shared prefixes: time / (${percent(tokenShare)} of the rows × time unshared)`,
        measured: `${ratio.toFixed(2)} (processor time ${cpuRatio.toFixed(2)})`,
        target: `≤ ${target}`,
        met: ratio <= target,
      },
    ];
  },
};
