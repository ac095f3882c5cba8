/**
 * MMBench (arXiv 2307.06281), by circular evaluation: a question stands in the file once for each rotation of its options, and
 * counts only if all of them are answered rightly.
 */
import { inferredChoiceAccuracy } from "../metrics/index.js";
import type { Benchmark, BenchmarkSummary, ScoredQuestion } from "./benchmark.js";
import { wantedChoice } from "./choiceAnswer.js";
import { choicePrompt } from "./prompt.js";
import { grouped, mean, meanSummary } from "./summaries.js";

/** The rotations of question i have the indices i + k · 1,000,000. */
const ROTATION = 1_000_000;

/** The index of a question's first row. */
function questionOf(id: string): string {
  const index = Number(id);
  return id.trim() !== "" && Number.isSafeInteger(index) && index >= 0 ? String(index % ROTATION) : id;
}

/** A question is as right as the worst of its rows. */
function summary(questions: readonly ScoredQuestion[]): BenchmarkSummary {
  const groups = [...grouped(questions, ({ id, unit }) => unit ?? questionOf(id)).values()];
  const judged = groups.map((rows) => ({ ...rows[0], score: rows.every(({ score }) => score === 1) ? 1 : 0 }));
  const { score, parts } = meanSummary(judged);
  if (judged.length === questions.length) return { score, parts };
  // The file has a question's rotations behind its first row.
  return { score, parts: { "without rotations": 100 * mean(groups.map(([first]) => first.score)), ...parts } };
}

export const mmBench: Benchmark = {
  name: "MMBench",
  fileNames: ["mmbench"],
  questions: "offer options",
  options: "always",
  columns: { category: ["category", "l2-category"] },
  wantedAnswer: wantedChoice,
  prompt: choicePrompt,
  metric: inferredChoiceAccuracy,
  unit: ({ id }) => questionOf(id),
  summary,
};
