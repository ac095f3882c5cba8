/** Reading a journal: which budgets were evaluated, and what is where. */
import { type CostModel, type CostName, costModel, costRange, toNormalised, totalCost } from "../cost/index.js";
import { sampleBudgets } from "./budgets.js";
import { meanOf } from "./context.js";
import { costOptions } from "./costs.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";

/** The cost model of a study. */
export function costOf(header: HeaderEntry): CostModel {
  return costModel(header.settings.cost, header.model.shape, costOptions(header));
}

/** A cost model of a study's decoder by name; the study's own is `costOf`. */
export function costNamed(header: HeaderEntry, name: CostName): CostModel {
  return name === header.settings.cost ? costOf(header) : costModel(name, header.model.shape, costOptions(header));
}

/** Finished evaluations of a series on a split, as they were written. */
export function evaluations(
  entries: readonly JournalEntry[],
  split: EvaluationEntry["split"],
  series?: string,
): EvaluationEntry[] {
  return entries.filter(
    (entry): entry is EvaluationEntry =>
      entry.kind === "evaluation" && entry.split === split && (series === undefined || entry.series === series),
  );
}

/** A budget in the study's unit, and the mean of what it is normalised on the test samples. */
export interface EvaluatedBudget {
  readonly budget: number;
  readonly normalised: number;
}

/** Budgets of the search's finished evaluations on test samples, ascending. */
export function evaluatedBudgets(entries: readonly JournalEntry[], header: HeaderEntry): EvaluatedBudget[] {
  const cost = costOf(header);
  const budgets = evaluations(entries, "test", SERIES.search).flatMap(({ budget }) =>
    budget === null ? [] : [budget],
  );
  return budgets
    .sort((a, b) => a - b)
    .map((budget) => {
      // There and back would round.
      if (header.settings.budgetUnit === "normalised") return { budget, normalised: budget };
      const own = sampleBudgets(budget, header.settings.budgetUnit, cost, header.data.test);
      return { budget, normalised: meanOf(own.map(({ normalised }) => normalised)) };
    });
}

/** Mean over its split's samples of what an evaluation's counts cost, normalised. */
export function meanNormalisedCost(entry: EvaluationEntry, header: HeaderEntry, cost: CostModel): number {
  const { text, visual } = header.data[entry.split];
  return meanOf(
    entry.counts.map((counts, s) =>
      toNormalised(totalCost(cost, counts, text[s]), costRange(cost, { text: text[s], visual: visual[s] })),
    ),
  );
}
