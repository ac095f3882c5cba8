/** PyramidDrop's recipe (Xing et al., arXiv 2410.17247): four stages of equal depth, each keeping a part of the one before. */
import type { Recipe } from "./recipe.js";
import { stagedShares } from "./stages.js";

/**
 * PyramidDrop's schedule (arXiv 2410.17247): four stages of equal depth.
 *
 * @param ratio λ, what each of the stages at L/4, L/2 and 3L/4 keeps of the stage before, 0 … 1; published .5.
 *
 * @example
 * pyramidDropShares(8); // → [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125]
 */
export function pyramidDropShares(layers: number, ratio = 0.5): number[] {
  const firsts = [1, 2, 3].map((stage) => Math.max(stage, Math.floor((layers * stage) / 4)));
  return stagedShares(layers, firsts, [ratio, ratio ** 2, ratio ** 3]);
}

/** The family over λ. */
export function pyramidDropRecipe(layers: number): Recipe {
  return { name: "pyramidDrop", shares: (keep) => pyramidDropShares(layers, keep) };
}
