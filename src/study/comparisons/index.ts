/** Paired comparisons at matched executed cost (METHOD §8). */
export { MATCHED_COSTS, type Match } from "./match.js";
export { type Matching, matchPair } from "./matching.js";
export { comparisonBudgets, comparisonPairs, type Pair } from "./pairs.js";
export {
  runComparison,
  runComparisons,
  type StudyComparisonOptions,
  type StudyComparisonsOptions,
} from "./run.js";
export { comparisonsOf } from "./summary.js";
