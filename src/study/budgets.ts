/** Budgets of a study: checked before any work, and converted per sample. */
import {
  type BudgetUnit,
  budgetCost,
  type CostModel,
  type CostRange,
  costInUnit,
  costRange,
  type TokenCounts,
  toNormalised,
} from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { SampleList } from "./entries.js";

/** A budget on one sample, in the cost model's unit and normalised. */
export interface SampleBudget {
  readonly cost: number;
  readonly normalised: number;
}

function tokensOf(list: SampleList): TokenCounts[] {
  return list.text.map((text, s) => ({ text, visual: list.visual[s] }));
}

/** Bytes are absolute: what prunes nothing in a small sample may still prune a large one. */
function capped(budget: number, unit: BudgetUnit, range: CostRange): number {
  return unit === "kvBytes" ? Math.min(budget, range.full) : budget;
}

/** The budget of every sample. @throws EspalierError as `budgetCost`. */
export function sampleBudgets(budget: number, unit: BudgetUnit, model: CostModel, list: SampleList): SampleBudget[] {
  return tokensOf(list).map((tokens) => {
    const range = costRange(model, tokens);
    const cost = budgetCost(capped(budget, unit, range), unit, model, range);
    return { cost, normalised: toNormalised(cost, range) };
  });
}

/**
 * Checks budgets against every sample that they will be asked of.
 *
 * @returns ascending, each once.
 * @throws EspalierError for an empty list, and for a budget that a sample cannot meet: with the highest floor, or the lowest
 *   full cost, of all samples.
 */
export function checkBudgets(
  budgets: readonly number[],
  unit: BudgetUnit,
  model: CostModel,
  lists: readonly SampleList[],
): number[] {
  if (budgets.length === 0) throw new EspalierError("The list of budgets is empty; give at least one, such as 0.3.");
  const ranges = lists.flatMap(tokensOf).map((tokens) => costRange(model, tokens));
  if (ranges.length > 0) {
    const extreme = (better: (a: number, b: number) => boolean, end: "floor" | "full") =>
      ranges.reduce((best, range) =>
        better(costInUnit(range[end], unit, model, range), costInUnit(best[end], unit, model, best)) ? range : best,
      );
    const highestFloor = extreme((a, b) => a > b, "floor");
    // Every sample must be able to spend a relative budget, and one of them an absolute one.
    const full = extreme((a, b) => (unit === "kvBytes" ? a > b : a < b), "full");
    for (const budget of budgets) {
      budgetCost(capped(budget, unit, highestFloor), unit, model, highestFloor);
      budgetCost(budget, unit, model, full);
    }
  }
  return [...new Set(budgets)].sort((a, b) => a - b);
}
