/** Published layer recipes (METHOD §8) at the search's budgets: the same selector, with schedules that nobody searched for. */
import type { PreparedSamples } from "../evaluation/index.js";
import { RECIPES, type Recipe, recipeMaker, recipeWithin } from "../search/index.js";
import type { Pacer } from "../tensor/index.js";
import { checkBudgets, sampleBudgets } from "./budgets.js";
import { comparisonBudgets } from "./comparisons/index.js";
import type { StudyContext } from "./context.js";
import { demandSamples } from "./data/index.js";
import { recipeSeries } from "./entries.js";
import { evaluatedBudgets } from "./reading.js";
import { configurationAt } from "./searchRun.js";

/** Which published recipes are run, and at which budgets. */
export interface StudyRecipesOptions {
  /** Recipes by name; default fastv, vtw, pyramidDrop and the selector's own. */
  readonly names?: readonly string[];
  /** In the study's unit; default those at which the search is compared. */
  readonly budgets?: readonly number[];
}

/** Recipes that every selector is compared with. */
const COMMON: readonly string[] = ["fastv", "vtw", "pyramidDrop"];
/** Validation samples that recipes are fitted on, where they are. */
const CALIBRATION = 16;

/** The recipe that a selector was published with; none for controls. */
export function ownRecipes(selector: string): string[] {
  return Object.keys(RECIPES).filter((name) => name === selector);
}

/** The recipes that a selector is compared with: the common ones, and its own. */
function recipesFor(selector: string): string[] {
  return [...new Set([...COMMON, ...ownRecipes(selector)])];
}

/**
 * Evaluates recipes on the test samples at every budget that is not in the journal yet: each sample's schedule is the dearest
 * of the family within its budget. Where a sample has none, the recipe has no configuration at that budget.
 */
export async function runRecipes(context: StudyContext, options: StudyRecipesOptions, pacer: Pacer): Promise<void> {
  const { cost, settings, header, layers } = context;
  demandSamples(context.data, "test");
  const searched = evaluatedBudgets(context.entries, header).map(({ budget }) => budget);
  const wanted = options.budgets ?? comparisonBudgets(searched);
  const names = options.names ?? recipesFor(settings.selector);
  if (wanted.length === 0 || names.length === 0) return;
  const budgets = checkBudgets(wanted, settings.budgetUnit, cost, [header.data.test]);
  const makers = names.map((name) => ({ name, make: recipeMaker(name) }));
  const total = names.length * budgets.length;
  let done = 0;
  for (const { name, make } of makers) {
    let recipe: Recipe | null = null;
    let charged = 0;
    for (const budget of budgets) {
      context.progress("recipes", `recipe ${name}`, done++, total);
      const series = recipeSeries(name);
      const key = { split: "test", series, configuration: configurationAt(series, budget) } as const;
      if (context.finished(key)) continue;
      recipe ??= await make(layers, () => calibration(context, pacer), pacer);
      const targets = sampleBudgets(budget, settings.budgetUnit, cost, header.data.test);
      const counts: number[][] = [];
      for (const [s, target] of targets.entries()) {
        const own = await recipeWithin(recipe, cost, context.tokens("test", s), target.cost);
        if (own === null) break;
        counts.push(own);
        await pacer.pause();
      }
      if (counts.length !== targets.length) continue;
      const fitted = recipe.layerForwards ?? 0;
      await context.evaluate({ ...key, budget, counts, searchLayerForwards: fitted - charged }, pacer);
      charged = fitted;
    }
  }
  context.progress("recipes", "recipes", total, total);
}

/** The first validation samples; owned by the context. */
async function calibration(context: StudyContext, pacer: Pacer): Promise<PreparedSamples> {
  const prepared = await context.prepared("validation", pacer);
  return { ...prepared, samples: prepared.samples.slice(0, CALIBRATION) };
}
