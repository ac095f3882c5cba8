/**
 * Espalier's library: what a program or a notebook imports.
 *
 *     import { createStudy, loadStudyModel, benchmarkData, Processor } from "espalier";
 *
 *     const directory = "Qwen2.5-VL-3B-Instruct";
 *     const data = await benchmarkData("ChartQA_TEST.tsv", Processor.fromDirectory(directory));
 *     const study = await createStudy({ model: directory, data, storage: "runs", name: "chartqa" });
 *     study.on("progress", ({ label, done, total }) => console.log(label, done, total));
 *     await study.search({ budgets: [0.3, 0.5] });
 *     const { schedule } = await study.best({ budget: 0.5 });
 *     writeScheduleFile("half.json", schedule);
 *     await study.close();
 */

// Checkpoints, models, benchmarks.
export {
  type ContentPart,
  type EncodedPrompt,
  type Gemma3Config,
  type LlavaConfig,
  type ModelConfig,
  openSafetensors,
  Processor,
  type PromptInput,
  type Qwen25VlConfig,
  readConfig,
  readImage,
  type Video,
  writeSafetensors,
} from "./checkpoint/index.js";
export {
  BUDGET_UNITS,
  type BudgetUnit,
  budgetCost,
  budgetInUnit,
  type CostModel,
  type CostName,
  type CostRange,
  type CostVector,
  costInUnit,
  costModel,
  costRange,
  costVector,
  type DecoderShape,
  predictCost,
  type QuadraticCost,
  quadraticCost,
  type TokenCounts,
  totalCost,
} from "./cost/index.js";
// Errors that a user can act on, and what stopping throws.
export { EspalierError } from "./errors.js";
export {
  type Certificate,
  type CertificateOptions,
  certificate,
  type EncodedSampleLike,
  type Evaluation,
  evaluateCounts,
  evaluateShared,
  generate,
  type MarginalChange,
  type PreparedSample,
  type PreparedSamples,
  prepareSamples,
} from "./evaluation/index.js";
// Results: their schema, reading and writing them, figures and the page.
export {
  type Comparison,
  type FrontierPoint,
  type FrontierQuality,
  meansCsv,
  parseResults,
  type ResultBenchmarks,
  type ResultCertificate,
  type ResultMean,
  type ResultRow,
  type Results,
  readResults,
  renderTable,
  rowsCsv,
  stringifyResults,
  type TableOptions,
  validateResults,
  writeCsv,
  writeResults,
} from "./export/index.js";
export {
  type CertificateFigureOptions,
  certificateSpecification,
  type FigureSpecification,
  type FrontierOptions,
  frontierSpecification,
  oneCertificateSpecification,
  type PageOptions,
  pointsSpecification,
  renderPage,
  renderPng,
  renderSvg,
  type ScheduleOptions,
  scheduleSpecification,
  sharesSpecification,
} from "./figures/index.js";
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  type VisionLanguageModel,
  type WeightChoice,
} from "./models/index.js";
// Frontiers and statistics.
export {
  additiveEpsilon,
  type CostedPoint,
  FRONTIER_BUDGETS,
  frontierAtBudgets,
  hypervolume,
  igdPlus,
  nonDominated,
  normalisedHypervolume,
  regret,
} from "./pareto/index.js";
// Schedules, kernel functions, selectors, costs.
export {
  countsForSample,
  countsFromShares,
  KERNEL_FUNCTIONS,
  type KernelFunction,
  type KernelSpec,
  kernelFunction,
  parseScheduleFile,
  readScheduleFile,
  type Schedule,
  type ScheduleFile,
  sharesFromCounts,
  validateCounts,
  validateShares,
  writeScheduleFile,
} from "./schedules/index.js";
// The search itself, for programs that bring their own loop.
export {
  CONDITIONINGS,
  type Conditioning,
  chooseVtwLayer,
  DEFAULT_BUDGETS,
  DifferentiableSearch,
  FORMS,
  fastvShares,
  fitpruneRecipe,
  GRID_SEED,
  type LagrangianForm,
  type LagrangianOptions,
  type Projection,
  project,
  pyramidDropShares,
  type Recipe,
  recipeWithin,
  referenceGrid,
  type SearchOptions,
  type SearchState,
  type SearchStep,
  sparsevlmShares,
  vtwShares,
} from "./search/index.js";
export { SELECTORS, type Selector, type SelectorName, selector } from "./selectors/index.js";
export {
  bootstrapDifference,
  bootstrapMean,
  bootstrapMeans,
  type Difference,
  type Estimate,
  holm,
} from "./statistics/index.js";
// Studies: the main job, remembered on the disk.
export {
  type BestSchedule,
  benchmarkData,
  type CombinedParts,
  combinedData,
  createStudy,
  type DataOptions,
  EMBEDDED_DIRECTORY,
  type EmbeddedDataOptions,
  embeddedData,
  type FillAnswersOptions,
  fillAnswers,
  type HypervolumeCurve,
  type LlavaInstructDataOptions,
  llavaInstruct,
  loadStudyModel,
  type Match,
  type PictureSurvival,
  readStudy,
  type ScheduleToCertify,
  type ScheduleToEvaluate,
  type SplitSizes,
  type Stoppable,
  Study,
  type StudyCertificateOptions,
  type StudyComparisonOptions,
  type StudyComparisonsOptions,
  type StudyControlsOptions,
  type StudyData,
  type StudyEvaluateOptions,
  type StudyEvents,
  type StudyFacts,
  type StudyGridOptions,
  type StudyModel,
  type StudyOptions,
  type StudyPart,
  type StudyRecipesOptions,
  type StudyRivalOptions,
  type StudySample,
  type StudySearchOptions,
  type StudySurvivalOptions,
  type Surroundings,
  samplesData,
  type TrainingOptions,
} from "./study/index.js";
export {
  BENCHMARKS,
  type Benchmark,
  type BenchmarkItem,
  type BenchmarkMeans,
  type BenchmarkQuestion,
  type BenchmarkScore,
  type BenchmarkSummary,
  benchmarkMeans,
  benchmarkNamed,
  type EncodedSample,
  embeddedItems,
  openParquet,
  openQuestions,
  openTsv,
  type QuestionFile,
  type QuestionOptions,
  type RgbImage,
  readSamples,
  type ScoredQuestion,
  type Split,
  score,
  summary,
  type TitledScore,
  type Wording,
  writeSamples,
} from "./tasks/index.js";
export { type BackendReport, Pacer, Random, Stopped, useBackend } from "./tensor/index.js";
