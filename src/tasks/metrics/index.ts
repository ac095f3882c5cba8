/** The metrics of the eight benchmarks, and means over tasks. */
export { contains } from "./contains.js";
export { exactMatch } from "./exactMatch.js";
export { extractOption, multipleChoiceAccuracy } from "./multipleChoice.js";
export { relaxedAccuracy } from "./relaxedAccuracy.js";
export { type Metric, metricOf, score } from "./score.js";
export { majorityShare, type Summary, summary, type TaskSummary } from "./summary.js";
export { normaliseVqaAnswer, vqaAccuracy } from "./vqaAccuracy.js";
export { extractYesNo, yesNoAccuracy } from "./yesNo.js";
