/** ChartQA (arXiv 2203.10244). */
import { relaxedAccuracy } from "../metrics/index.js";
import type { Benchmark } from "./benchmark.js";
import { shortAnswerPrompt } from "./prompt.js";
import { meanSummary } from "./summaries.js";

/** Who wrote the question: VLMEvalKit's "test_human", the hub's "human_test", 0 and 1 of the original's human_or_machine. */
function category(value: string): string {
  if (/human/iu.test(value) || value === "0") return "human";
  return /augmented|machine/iu.test(value) || value === "1" ? "augmented" : value;
}

export const chartQa: Benchmark = {
  name: "ChartQA",
  fileNames: ["chartqa"],
  questions: "are answered freely",
  options: "never",
  columns: { category: ["type", "human_or_machine", "category", "split"], answers: ["answer", "label"] },
  category,
  prompt: shortAnswerPrompt,
  metric: relaxedAccuracy,
  summary: meanSummary,
};
