/** Which metric a task is scored by. */
import { benchmarkNamed } from "./benchmarks/index.js";
import { EMBEDDED_METRICS } from "./embedded/index.js";
import { exactMatch, inferredChoiceAccuracy, type Metric } from "./metrics/index.js";

/**
 * The metric of a task of the embedded benchmark or of a benchmark's file; of an unknown one, multiple choice where there are
 * options, else exact match.
 */
export function metricOf(task: string, options: readonly string[] = []): Metric {
  if (Object.hasOwn(EMBEDDED_METRICS, task)) return EMBEDDED_METRICS[task];
  return benchmarkNamed(task)?.metric ?? (options.length > 0 ? inferredChoiceAccuracy : exactMatch);
}

/**
 * How right a prediction is, from 0 to 1, by its task's metric. An empty prediction is never right.
 *
 * @param task a task of the embedded benchmark, or the title of a benchmark's file ("ChartQA_TEST", "MMBench_DEV_EN").
 * @param answers accepted answers, or one an annotator; none make every prediction wrong.
 * @param options texts of A, B, C … where the question offers them; an empty text is no option.
 * @param category of the question within its benchmark.
 *
 * @example
 * score("ChartQA_TEST", "102", ["100"]); // → 1
 * score("VizWiz", "", ["nothing"]); // → 0
 */
export function score(
  task: string,
  prediction: string,
  answers: readonly string[],
  options?: readonly string[],
  category?: string,
): number {
  return prediction.trim() === "" ? 0 : metricOf(task, options)(prediction, answers, options, category);
}
