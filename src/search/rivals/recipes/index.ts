/** Published layer recipes. A new one is one file here and one line below. */
import { EspalierError } from "../../../errors.js";
import type { PreparedSamples } from "../../../evaluation/index.js";
import type { Pacer } from "../../../tensor/index.js";
import { fastvRecipe } from "./fastv.js";
import { fitpruneRecipe } from "./fitprune.js";
import { pyramidDropRecipe } from "./pyramidDrop.js";
import type { Recipe } from "./recipe.js";
import { sparsevlmRecipe } from "./sparsevlm.js";
import { vtwRecipe } from "./vtw.js";

export { fastvShares } from "./fastv.js";
export { fitpruneRecipe } from "./fitprune.js";
export { pyramidDropShares } from "./pyramidDrop.js";
export { type Recipe, recipeWithin } from "./recipe.js";
export { sparsevlmShares } from "./sparsevlm.js";
export { chooseVtwLayer, vtwShares } from "./vtw.js";

/** Builds a recipe for a decoder; those that are fitted to a model read calibration samples. */
type MakeRecipe = (
  layers: number,
  calibration: () => Promise<PreparedSamples>,
  pacer: Pacer,
) => Recipe | Promise<Recipe>;

/** Every recipe by name. A recipe that has the name of a selector is that selector's own. */
export const RECIPES: Readonly<Record<string, MakeRecipe>> = {
  fastv: fastvRecipe,
  vtw: vtwRecipe,
  pyramidDrop: pyramidDropRecipe,
  sparsevlm: sparsevlmRecipe,
  fitprune: async (_, calibration, pacer) => fitpruneRecipe(await calibration(), { pacer }),
};

/** @throws EspalierError for an unknown name. */
export function recipeMaker(name: string): MakeRecipe {
  if (Object.hasOwn(RECIPES, name)) return RECIPES[name];
  throw new EspalierError(`There is no recipe "${name}"; choose one of ${Object.keys(RECIPES).join(", ")}.`);
}
