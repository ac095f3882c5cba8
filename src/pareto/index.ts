/** Frontiers: who dominates whom, how good a frontier is, how far one is from another. */
export { type AttainmentBand, attainmentBands } from "./attainment.js";
export { dominates, nonDominated, type Point } from "./dominance.js";
export {
  type CostedPoint,
  FRONTIER_BUDGETS,
  type FrontierReading,
  frontierAtBudgets,
  normalisedHypervolume,
  regret,
} from "./frontier.js";
export { hypervolume } from "./hypervolume.js";
export { additiveEpsilon, igdPlus } from "./indicators.js";
