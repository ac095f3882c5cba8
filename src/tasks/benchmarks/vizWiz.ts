/** VizWiz (arXiv 1802.08218): ten annotators a question. */
import { vqaAccuracy } from "../metrics/index.js";
import type { Benchmark } from "./benchmark.js";
import { barePrompt } from "./prompt.js";
import { meanSummary } from "./summaries.js";

export const vizWiz: Benchmark = {
  name: "VizWiz",
  fileNames: ["vizwiz", "vizwizvqa"],
  questions: "are answered freely",
  options: "never",
  // VLMEvalKit's file has both: the annotators' answers, and one of them.
  columns: { answers: ["answers", "answer"] },
  prompt: barePrompt,
  metric: vqaAccuracy,
  summary: meanSummary,
};
