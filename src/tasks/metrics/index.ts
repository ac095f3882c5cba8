/** The metrics of the eight benchmarks, and means over tasks. */
export { contains, FORMULAE } from "./contains.js";
export { exactMatch } from "./exactMatch.js";
export { inferChoice, inferredChoiceAccuracy } from "./inferredChoice.js";
export type { Metric } from "./metric.js";
export { extractOption, multipleChoiceAccuracy } from "./multipleChoice.js";
export { relaxedAccuracy } from "./relaxedAccuracy.js";
export { majorityShare, type Summary, summary, type TaskSummary } from "./summary.js";
export { joinSpelled } from "./text.js";
export { normaliseVqaAnswer, vqaAccuracy } from "./vqaAccuracy.js";
export { extractYesNo, yesNoAccuracy } from "./yesNo.js";
