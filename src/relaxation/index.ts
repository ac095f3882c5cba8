export { ESTIMATORS, type Estimator, type RelaxedOptions, type RelaxedResult } from "./options.js";
export { relaxedRun } from "./relaxedRun.js";
export { rankThreshold, softThreshold, type Threshold } from "./softThreshold.js";
