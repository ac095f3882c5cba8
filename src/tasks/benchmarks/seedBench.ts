/** SEED-Bench (arXiv 2307.16125), its questions about pictures. */
import { inferredChoiceAccuracy } from "../metrics/index.js";
import type { Benchmark } from "./benchmark.js";
import { wantedChoice } from "./choiceAnswer.js";
import { choicePrompt } from "./prompt.js";
import { meanSummary } from "./summaries.js";

export const seedBench: Benchmark = {
  name: "SEEDBench",
  fileNames: ["seedbench", "seedbenchimg"],
  questions: "offer options",
  options: "always",
  columns: { category: ["category", "question_type_id"] },
  foreign: { data_type: "video" },
  wantedAnswer: wantedChoice,
  prompt: choicePrompt,
  metric: inferredChoiceAccuracy,
  summary: meanSummary,
};
