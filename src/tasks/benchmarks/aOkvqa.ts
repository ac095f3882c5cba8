/** A-OKVQA (arXiv 2206.01718), multiple choice. */
import { inferredChoiceAccuracy } from "../metrics/index.js";
import type { Benchmark } from "./benchmark.js";
import { wantedChoice } from "./choiceAnswer.js";
import { choicePrompt } from "./prompt.js";
import { meanSummary } from "./summaries.js";

export const aOkvqa: Benchmark = {
  name: "A-OKVQA",
  fileNames: ["aokvqa"],
  questions: "offer options",
  options: "always",
  // On the hub answers are the position of an option; the free answers beside it are of the other task.
  columns: { answers: ["answer", "correct_choice_idx"] },
  wantedAnswer: wantedChoice,
  prompt: choicePrompt,
  metric: inferredChoiceAccuracy,
  summary: meanSummary,
};
