export { type RelaxedOptions, type RelaxedResult, relaxedRun } from "./relaxedRun.js";
export { softThreshold, type Threshold } from "./softThreshold.js";
