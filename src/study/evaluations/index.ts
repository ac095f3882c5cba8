/** Evaluations as jobs: computed here, or by workers. */
export { JobEvaluator } from "./jobEvaluator.js";
