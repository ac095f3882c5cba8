/** Benchmarks: items, the embedded benchmark, the registry of the others with their metrics; samples ready for the model, and files of questions. */
export {
  type BenchmarkMeans,
  type BenchmarkScore,
  benchmarkMeans,
  missingOf,
  type TitledScore,
} from "./benchmarkMeans.js";
export {
  BENCHMARKS,
  type Benchmark,
  type BenchmarkSummary,
  benchmarkNamed,
  choicePrompt,
  type ScoredQuestion,
  titleOf,
  type Wording,
} from "./benchmarks/index.js";
export * from "./embedded/index.js";
export type { BenchmarkItem, RgbImage } from "./item.js";
export {
  type InstructSample,
  type InstructTurn,
  type LlavaInstruct,
  type LlavaInstructOptions,
  openLlavaInstruct,
} from "./llavaInstruct.js";
export * from "./metrics/index.js";
export { openQuestions } from "./openQuestions.js";
export { openParquet } from "./parquet.js";
export type { BenchmarkQuestion } from "./question.js";
export type { QuestionOptions } from "./questionColumns.js";
export type { QuestionFile } from "./questionFile.js";
export { type EncodedSample, readSamples, type Split, writeSamples } from "./samples.js";
export { metricOf, score } from "./score.js";
export { openTsv, type TsvBenchmark } from "./tsv.js";
