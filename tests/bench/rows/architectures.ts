/** Rows of the nine searches: architectures by selectors. */
import type { ArchitecturesBench } from "../architectures.js";
import type { Bench } from "./row.js";

export const architecturesRows: Bench = {
  name: "architectures",
  rows(json) {
    const { budget, cells } = json as ArchitecturesBench;
    return cells.map(({ architecture, selector, search, low, high, singleCut }) => ({
      what: `${architecture}, ${selector}, tiny random weights: nats at budget ${budget} (best single cut)`,
      measured: `${search.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}] (${singleCut?.toFixed(4) ?? "none fits"})`,
      target: "",
      met: null,
    }));
  },
};
