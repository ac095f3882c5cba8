/** Rows of the search's frontier against the grid's. */
import type { benchFrontier } from "../frontier.js";
import { type Bench, percent, type Row, signed } from "./row.js";

export const frontierRows: Bench = {
  name: "frontier",
  rows(json) {
    const { samples, quality, workShare, targets, comparisons } = json as Awaited<ReturnType<typeof benchFrontier>>;
    const rows: Row[] = [];
    if (quality && workShare !== null) {
      const { regret, regretLow, regretHigh } = quality;
      const interval =
        regretLow === undefined || regretHigh === undefined ? "" : ` [${percent(regretLow)}, ${percent(regretHigh)}]`;
      rows.push({
        what: `Embedded model, ${samples} test samples: hypervolume regret against the reference grid`,
        measured: percent(regret, 2) + interval,
        target: `≤ ${percent(targets.regret, 0)}`,
        met: regret <= targets.regret,
      });
      rows.push({
        what: "— at this share of the unshared grid's layer-forwards",
        measured: percent(workShare),
        target: `≤ ${percent(targets.workShare, 0)}`,
        met: workShare <= targets.workShare,
      });
    }
    for (const { a, b, budget, difference, low, high, pHolm, verdict } of comparisons) {
      rows.push({
        what: `${a} − ${b} at budget ${budget}, nats, matched executed cost`,
        measured: `${signed(difference)} [${signed(low)}, ${signed(high)}], p = ${pHolm.toFixed(2)} after Holm: ${verdict}`,
        target: "",
        met: null,
      });
    }
    return rows;
  },
};
