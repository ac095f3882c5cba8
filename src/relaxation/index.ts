export { ESTIMATORS, type Estimator, type RelaxedOptions, type RelaxedResult, relaxedRun } from "./relaxedRun.js";
export { rankThreshold, softThreshold, type Threshold } from "./softThreshold.js";
