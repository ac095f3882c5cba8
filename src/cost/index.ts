/** What a schedule costs, and the budgets it is held to. */
export {
  BUDGET_UNITS,
  type BudgetUnit,
  budgetCost,
  budgetInUnit,
  type CostRange,
  costInUnit,
  costRange,
  fromNormalised,
  toNormalised,
} from "./budget.js";
export {
  type CostModel,
  type CostName,
  type DecoderShape,
  type LayerCost,
  type TokenCounts,
  totalCost,
} from "./costModel.js";
export { type CostOptions, costModel } from "./costModels.js";
export { type CostVector, costVector } from "./costVector.js";
export { predictCost, type QuadraticCost, quadraticCost } from "./quadraticCost.js";
export {
  attentionSelectorFlops,
  type LinearSizes,
  linearFlops,
  type ResidualCosts,
  residualCosts,
  type VisionSizes,
  visionFlops,
} from "./residual.js";
