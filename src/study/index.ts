/** Studies: a search with its evaluations, controls and comparisons, remembered on the disk. */
export type { ScheduleToCertify, StudyCertificateOptions } from "./certificateRun.js";
export {
  comparisonBudgets,
  MATCHED_COSTS,
  type Match,
  type StudyComparisonOptions,
  type StudyComparisonsOptions,
} from "./comparisons/index.js";
export type { StudyControlsOptions } from "./controlsRun.js";
export { createStudy, describeComputing, readStudy, type StudyOptions, studyFolder } from "./createStudy.js";
export {
  benchmarkData,
  type CombinedParts,
  combinedData,
  type DataOptions,
  DEFAULT_SIZES,
  type EmbeddedDataOptions,
  embeddedData,
  type LlavaInstructDataOptions,
  llavaInstruct,
  type SplitSizes,
  type StudyData,
  type StudySample,
  samplesData,
} from "./data/index.js";
export { type EvaluationEntry, type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
export type { ScheduleToEvaluate, StudyEvaluateOptions } from "./evaluateRun.js";
export { JobEvaluator } from "./evaluations/index.js";
export type { StudyEvents, StudyPart } from "./events.js";
export { type FillAnswersOptions, fillAnswers } from "./fillAnswers.js";
export type { HypervolumeCurve } from "./hypervolumeCurve.js";
export { INTERVALS } from "./intervals.js";
export { parseJournal } from "./journal.js";
export { duration, Pace, paceText } from "./pace.js";
export { ownRecipes, type StudyRecipesOptions } from "./recipesRun.js";
export { assembleResults } from "./results.js";
export type { StudyGridOptions, StudyRivalOptions } from "./searchers/index.js";
export type { StudySearchOptions } from "./searchRun.js";
export { type BestSchedule, type Stoppable, Study, type StudyFacts, type Surroundings } from "./study.js";
export { demandEmbedded, EMBEDDED_DIRECTORY, loadStudyModel, type StudyModel } from "./studyModel.js";
export type { PictureSurvival, StudySurvivalOptions } from "./survivalRun.js";
export type { TrainingOptions } from "./training.js";
