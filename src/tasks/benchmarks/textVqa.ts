/** TextVQA (arXiv 1904.08920): ten annotators a question. */
import { vqaAccuracy } from "../metrics/index.js";
import type { Benchmark } from "./benchmark.js";
import { shortAnswerPrompt } from "./prompt.js";
import { meanSummary } from "./summaries.js";

export const textVqa: Benchmark = {
  name: "TextVQA",
  fileNames: ["textvqa"],
  questions: "are answered freely",
  options: "never",
  columns: { answers: ["answers", "answer"] },
  prompt: shortAnswerPrompt,
  metric: vqaAccuracy,
  summary: meanSummary,
};
