/** Budgets of a study: checked before any work, and converted per sample. */
import {
  type BudgetUnit,
  budgetCost,
  type CostModel,
  type CostRange,
  costInUnit,
  costRange,
  isAbsolute,
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

/** What prunes nothing in a small sample may still prune a large one, in an absolute unit. */
function capped(budget: number, unit: BudgetUnit, range: CostRange): number {
  return isAbsolute(unit) ? Math.min(budget, range.full) : budget;
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
    const full = extreme((a, b) => (isAbsolute(unit) ? a > b : a < b), "full");
    for (const budget of budgets) {
      budgetCost(capped(budget, unit, highestFloor), unit, model, highestFloor);
      budgetCost(budget, unit, model, full);
    }
  }
  return [...new Set(budgets)].sort((a, b) => a - b);
}

/**
 * Budgets in an absolute unit at which a frontier is read: as the normalised ones lie between floor and full cost, between what
 * every sample can be held to and what prunes nothing in any.
 *
 * @param normalised 0 … 1.
 * @returns ascending, each once, to four digits; empty without samples.
 */
export function absoluteBudgets(
  normalised: readonly number[],
  model: CostModel,
  lists: readonly SampleList[],
): number[] {
  const ranges = lists.flatMap(tokensOf).map((tokens) => costRange(model, tokens));
  if (ranges.length === 0) return [];
  const floor = Math.max(...ranges.map((range) => range.floor));
  const full = Math.max(...ranges.map((range) => range.full));
  const budgets = normalised.map((share) => Number((floor + share * (full - floor)).toPrecision(4)));
  // Rounding may lead out of the range.
  return [...new Set(budgets.map((budget) => Math.min(Math.max(budget, floor), full)))].sort((a, b) => a - b);
}
