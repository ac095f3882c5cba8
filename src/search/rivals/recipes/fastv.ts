/** FastV's recipe (Chen et al., arXiv 2403.06764): one cut early on. */
import type { Recipe } from "./recipe.js";
import { scaledLayers, stagedShares } from "./stages.js";

/** Published: every layer from K = 2 of 32 on keeps the share 1 − R. */
const LAYER = 2;

/**
 * FastV's schedule (arXiv 2403.06764): one cut early on.
 *
 * @param ratio R, the share that is dropped, 0 … 1; published .5.
 * @param layer K, the first layer that sees fewer tokens; default the published fraction of the depth.
 *
 * @example
 * fastvShares(8, 0.5, 2); // → [1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
 */
export function fastvShares(layers: number, ratio = 0.5, layer = scaledLayers([LAYER], layers)[0]): number[] {
  return stagedShares(layers, [layer], [1 - ratio]);
}

/** The family over R. */
export function fastvRecipe(layers: number): Recipe {
  return { name: "fastv", shares: (keep) => fastvShares(layers, 1 - keep) };
}
