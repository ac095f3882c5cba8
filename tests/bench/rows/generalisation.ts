/** Rows of budgets, tasks and architectures that were not trained. */
import type { GeneralisationBench } from "../generalisation.js";
import { type Bench, signed } from "./row.js";

export const generalisationRows: Bench = {
  name: "generalisation",
  rows(json) {
    const { samples, rows } = json as GeneralisationBench;
    return rows.map(({ kind, what, budget, held, seen, difference, distinguishable, costs }) => {
      const interval = difference.interval;
      const bounds = interval === null ? "" : ` [${signed(interval.low)}, ${signed(interval.high)}]`;
      const verdict = distinguishable ? "" : ", not distinguishable";
      const apart =
        Math.abs(costs[0] - costs[1]) < 0.0005 ? "" : `; costs ${costs[0].toFixed(3)}, ${costs[1].toFixed(3)}`;
      const on = kind === "architectures" ? "tiny random weights" : `${samples} samples a split`;
      return {
        what: `Unseen ${kind}, ${what}, budget ${budget}, ${on}: nats − those of a search that has seen them`,
        measured: `${signed(difference.mean)}${bounds}${verdict} (${held.toFixed(3)}, ${seen.toFixed(3)}${apart})`,
        target: "",
        met: null,
      };
    });
  },
};
