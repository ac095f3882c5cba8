/** The registry of benchmarks: one file each, and one line here. */
import { aOkvqa } from "./aOkvqa.js";
import type { Benchmark } from "./benchmark.js";
import { chartQa } from "./chartQa.js";
import { plainName } from "./fileName.js";
import { mmBench } from "./mmBench.js";
import { mme } from "./mme.js";
import { ocrBench } from "./ocrBench.js";
import { seedBench } from "./seedBench.js";
import { textVqa } from "./textVqa.js";
import { vizWiz } from "./vizWiz.js";

export type { Benchmark, BenchmarkSummary, Column, ScoredQuestion, Wording } from "./benchmark.js";
export { plainName, shardOf, titleOf } from "./fileName.js";
export { choicePrompt } from "./prompt.js";
export { meanSummary } from "./summaries.js";

/**
 * The eight that the paper reports, in its order.
 *
 * @example
 * BENCHMARKS.map(({ name }) => name).slice(0, 3); // → ["A-OKVQA", "VizWiz", "SEEDBench"]
 */
export const BENCHMARKS: readonly Benchmark[] = [aOkvqa, vizWiz, seedBench, mmBench, mme, chartQa, ocrBench, textVqa];

/**
 * The benchmark of that name, or of a file of that title ("MMBench_DEV_EN"); nothing where none is known.
 *
 * @example
 * benchmarkNamed("MMBench_DEV_EN")?.name; // → "MMBench"
 */
export function benchmarkNamed(title: string): Benchmark | undefined {
  const plain = plainName(title);
  return BENCHMARKS.find(({ fileNames }) => fileNames.includes(plain));
}
