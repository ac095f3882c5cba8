/** What a recipe is: a published family of layer schedules, with one knob that trades tokens for cost. */
import { type CostModel, type TokenCounts, totalCost } from "../../../cost/index.js";
import { countsFromShares } from "../../../schedules/index.js";

/** A published family of layer schedules with one knob (METHOD §8). */
export interface Recipe {
  readonly name: string;
  /**
   * The family's schedule at a setting of its knob.
   *
   * @param keep from 0 (most is pruned) to 1 (nothing is); schedules get no cheaper as it rises.
   * @returns [L] shares.
   */
  shares(keep: number): number[] | Promise<number[]>;
  /**
   * For a family that stops pruning once it is cheap enough.
   *
   * @param shares a schedule of the family that is.
   * @param affordable whether a schedule is cheap enough.
   */
  stop?(shares: readonly number[], affordable: (shares: readonly number[]) => boolean): number[];
  /** Layer-forwards spent on fitting the family to a model so far (METHOD §8); left out where nothing is fitted. */
  readonly layerForwards?: number;
}

/** Settings of the knob: 2⁻¹⁰ apart, finer than a token of the pictures that towers of fixed size give. */
const SETTINGS = 1024;

/**
 * The dearest schedule of a recipe that a sample can have within a cost.
 *
 * @param limit in the cost model's unit.
 * @returns [L] counts; null where even the recipe's cheapest schedule costs more.
 *
 * @example
 * const recipe = { name: "mine", shares: (keep: number) => pyramidDropShares(model.shape.layers, keep) };
 * const tokens = { text: 40, visual: 256 };
 * const counts = await recipeWithin(recipe, cost, tokens, budgetCost(0.3, "share", cost, costRange(cost, tokens)));
 */
export async function recipeWithin(
  recipe: Recipe,
  cost: CostModel,
  { text, visual }: TokenCounts,
  limit: number,
): Promise<number[] | null> {
  const affordable = (shares: readonly number[]) => totalCost(cost, countsFromShares(shares, visual), text) <= limit;
  let best: number[] | null = null;
  let low = 0;
  let high = SETTINGS;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const shares = await recipe.shares(middle / SETTINGS);
    if (affordable(shares)) {
      best = shares;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  if (best === null) return null;
  return countsFromShares(recipe.stop?.(best, affordable) ?? best, visual);
}
