export {
  AugmentedLagrangian,
  FORMS,
  type LagrangianForm,
  type LagrangianOptions,
  type LagrangianState,
} from "./augmentedLagrangian.js";
export { DifferentiableSearch } from "./differentiableSearch.js";
export {
  type BudgetReading,
  DEFAULT_BUDGETS,
  type Schedules,
  type SearchOptions,
  type SearchState,
  type SearchStep,
} from "./options.js";
export {
  CONDITIONINGS,
  type Conditioning,
  Predictor,
  type PredictorOptions,
  type PredictorWeights,
} from "./predictor.js";
export { type Projection, project } from "./projection.js";
export { additive, additiveFrontier, type ModelPoint, type SeparableModel } from "./rivals/additive/index.js";
export { GRID_SEED, type GridOptions, gridSearch, referenceGrid } from "./rivals/grid.js";
export { type GSearchOptions, gSearch } from "./rivals/gSearch/index.js";
export { type Nsga2Options, nsga2 } from "./rivals/nsga2/index.js";
export { raced } from "./rivals/raced.js";
export {
  chooseVtwLayer,
  fastvShares,
  fitpruneRecipe,
  pyramidDropShares,
  RECIPES,
  type Recipe,
  recipeMaker,
  recipeWithin,
  sparsevlmShares,
  vtwShares,
} from "./rivals/recipes/index.js";
export type { Batch, Searcher, SearcherMethod, SearchProblem } from "./rivals/searcher.js";
export { SEARCHERS, searcherMethod } from "./rivals/searchers.js";
export { kernelSpace, type SearchSpace } from "./rivals/searchSpace.js";
export { type TpeOptions, tpe } from "./rivals/tpe/index.js";
export { STARTS, type Start } from "./scout.js";
