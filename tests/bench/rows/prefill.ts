/** The pruned prefill's row. */
import type { benchPrefill } from "../prefill.js";
import type { Bench } from "./row.js";

export const prefillRows: Bench = {
  name: "prefill",
  rows(json) {
    const { ratio, target, costShare } = json as Awaited<ReturnType<typeof benchPrefill>>;
    return [
      {
        what: `Pruned prefill at ${costShare.toFixed(2)} of the full cost, layers of Qwen2.5-VL-3B: time / full time`,
        measured: ratio.toFixed(2),
        target: `≤ ${target}`,
        met: ratio <= target,
      },
    ];
  },
};
