/** What a schedule costs, and the budgets it is held to. */
export {
  BUDGET_UNITS,
  type BudgetUnit,
  budgetCost,
  budgetInUnit,
  type CostRange,
  costInUnit,
  costRange,
  demandOwner,
  fromNormalised,
  isAbsolute,
  toNormalised,
} from "./budget.js";
export {
  COST_NAMES,
  type CostModel,
  type CostName,
  type DecoderShape,
  type LayerCost,
  type TokenCounts,
  totalCost,
} from "./costModel.js";
export { type CostOptions, costModel } from "./costModels.js";
export { type CostVector, costVector } from "./costVector.js";
export { isotonicRegression } from "./isotonic.js";
export {
  type LatencyBeside,
  type LatencyCalibration,
  type LatencyTable,
  latencyAt,
  latencyBeside,
} from "./latency.js";
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
