/** Which metric a task is scored by. */
import { contains } from "./contains.js";
import { exactMatch } from "./exactMatch.js";
import { multipleChoiceAccuracy } from "./multipleChoice.js";
import { relaxedAccuracy } from "./relaxedAccuracy.js";
import { vqaAccuracy } from "./vqaAccuracy.js";
import { yesNoAccuracy } from "./yesNo.js";

/** A score from 0 to 1 of one prediction. */
export type Metric = (prediction: string, answers: readonly string[], options?: readonly string[]) => number;

/** Metrics of the eight benchmarks, by the beginning of their names in lower case without punctuation. */
const OF_BENCHMARK: readonly (readonly [name: string, metric: Metric])[] = [
  ["aokvqa", multipleChoiceAccuracy],
  ["vizwiz", vqaAccuracy],
  ["seedbench", multipleChoiceAccuracy],
  ["mmbench", multipleChoiceAccuracy],
  ["mme", yesNoAccuracy],
  ["chartqa", relaxedAccuracy],
  ["ocrbench", contains],
  ["textvqa", vqaAccuracy],
];

/** Metrics of the embedded benchmark's tasks: those of the benchmarks that they mirror. */
const OF_EMBEDDED_TASK: Readonly<Record<string, Metric>> = {
  "attribute-choice": multipleChoiceAccuracy,
  attribute: vqaAccuracy,
  // SEEDBench offers options; here they are only two, yes and no.
  relation: yesNoAccuracy,
  count: multipleChoiceAccuracy,
  existence: yesNoAccuracy,
  chart: relaxedAccuracy,
  word: contains,
  sign: vqaAccuracy,
};

/** The metric of a task or benchmark; of an unknown one, multiple choice where there are options, else exact match. */
export function metricOf(task: string, options?: readonly string[]): Metric {
  if (Object.hasOwn(OF_EMBEDDED_TASK, task)) return OF_EMBEDDED_TASK[task];
  const name = task.toLowerCase().replaceAll(/[^a-z0-9]/gu, "");
  const known = OF_BENCHMARK.find(([beginning]) => name.startsWith(beginning))?.[1];
  if (options !== undefined && options.length > 0) return multipleChoiceAccuracy;
  return known ?? exactMatch;
}

/**
 * How right a prediction is, from 0 to 1, by its task's metric. An empty prediction is never right.
 *
 * @param task a task of the embedded benchmark, or a benchmark's name ("ChartQA_TEST", "MMBench_DEV_EN").
 * @param answers accepted answers, or one an annotator; none make every prediction wrong.
 * @param options texts of A, B, C … where the question offers them.
 */
export function score(
  task: string,
  prediction: string,
  answers: readonly string[],
  options?: readonly string[],
): number {
  return prediction.trim() === "" ? 0 : metricOf(task, options)(prediction, answers, options);
}
