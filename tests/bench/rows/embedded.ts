/** Rows of the embedded model's accuracy. */
import type { benchEmbedded } from "../embedded.js";
import type { Bench } from "./row.js";

export const embeddedRows: Bench = {
  name: "embedded",
  rows(json) {
    const { questions, seeing, blind, majority, cut, cutBudget, targets } = json as Awaited<
      ReturnType<typeof benchEmbedded>
    >;
    const tasks = Object.entries(seeing.tasks).sort(([, a], [, b]) => a.mean - b.mean);
    const [lowest, { mean: least }] = tasks[0];
    const guessing = Object.values(majority).reduce((a, b) => a + b, 0) / tasks.length;
    return [
      {
        what: `Embedded model, ${questions} test questions: mean accuracy of the eight tasks, unpruned`,
        measured: seeing.mean.toFixed(3),
        target: `≥ ${targets.mean}`,
        met: seeing.mean >= targets.mean,
      },
      {
        what: "— the lowest task",
        measured: `${least.toFixed(2)} (${lowest})`,
        target: `≥ ${targets.task}`,
        met: least >= targets.task,
      },
      {
        what: "— the pictures greyed out",
        measured: blind.mean.toFixed(3),
        target: `≤ ${(guessing + targets.aboveGuessing).toFixed(2)}, the majority answers’ share + ${targets.aboveGuessing}`,
        met: blind.mean <= guessing + targets.aboveGuessing,
      },
      {
        what: `— nats of the best single cut at budget ${cutBudget}: how far its frontier is from trivial`,
        measured: cut.divergence.toFixed(2),
        target: `≥ ${targets.cutDivergence}`,
        met: cut.divergence >= targets.cutDivergence,
      },
    ];
  },
};
