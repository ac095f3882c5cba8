/** The rules of the schedule widget: everything of it that needs no page. */
export { aliveCounts, deathCounts, isAlive } from "./alive.js";
export { ScheduleEntries, type ScheduleEntry } from "./entries.js";
export { codeOf, scheduleFileText, scheduleTable } from "./files.js";
export { History } from "./history.js";
export { predictCost } from "./prediction.js";
export { type EvaluationResult, ScheduleState, type StateChange } from "./scheduleState.js";
export {
  NEIGHBOURS,
  type Neighbours,
  type SnapOptions,
  sameShares,
  setShare,
  smoothReach,
  validShares,
} from "./snapping.js";
export { stepTokens, tokensOf } from "./tokens.js";
