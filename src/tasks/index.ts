/** Benchmarks: items, the embedded benchmark and metrics; samples ready for the model, and TSV files. */
export * from "./embedded/index.js";
export type { BenchmarkItem, RgbImage } from "./item.js";
export * from "./metrics/index.js";
export { type EncodedSample, readSamples, type Split, writeSamples } from "./samples.js";
export { openTsv, questionPrompt, type TsvBenchmark, type TsvItem } from "./tsv.js";
