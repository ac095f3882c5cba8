/** Benchmarks: items, the embedded benchmark and metrics. */
export * from "./embedded/index.js";
export type { BenchmarkItem, RgbImage } from "./item.js";
export * from "./metrics/index.js";
