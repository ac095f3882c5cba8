/** OCRBench (arXiv 2305.07895): 1000 questions, one point each. */
import { contains, FORMULAE } from "../metrics/index.js";
import type { Benchmark, BenchmarkSummary, ScoredQuestion } from "./benchmark.js";
import { barePrompt } from "./prompt.js";
import { mean } from "./summaries.js";

const RECOGNITION = [
  "Regular Text Recognition",
  "Irregular Text Recognition",
  "Artistic Text Recognition",
  "Handwriting Recognition",
  "Digit String Recognition",
  "Non-Semantic Text Recognition",
];
/** The published groups of categories. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Text Recognition": RECOGNITION,
  "Scene Text-centric VQA": ["Scene Text-centric VQA"],
  "Doc-oriented VQA": ["Doc-oriented VQA"],
  "Key Information Extraction": ["Key Information Extraction"],
  [FORMULAE]: [FORMULAE],
};

/**
 * The groups' points are how many of their questions are right; the final score is that of 1000 questions, which is the points'
 * sum for the whole file and in proportion for a part of it.
 */
function summary(questions: readonly ScoredQuestion[]): BenchmarkSummary {
  const points = (categories: readonly string[]) =>
    questions.filter(({ category }) => categories.includes(category ?? "")).reduce((sum, { score }) => sum + score, 0);
  const score = 100 * mean(questions.map((question) => question.score));
  const groups = Object.entries(GROUPS).map(([name, categories]) => [name, points(categories)] as const);
  return { score, parts: { "Final Score": 10 * score, ...Object.fromEntries(groups) } };
}

export const ocrBench: Benchmark = {
  name: "OCRBench",
  fileNames: ["ocrbench"],
  questions: "are answered freely",
  options: "never",
  needs: ["category"],
  columns: { category: ["category", "question_type"] },
  prompt: barePrompt,
  metric: contains,
  summary,
};
