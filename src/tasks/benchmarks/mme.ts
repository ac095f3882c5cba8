/** MME (arXiv 2306.13394): two yes/no questions about each picture. */
import { extractYesNo, yesNoAccuracy } from "../metrics/index.js";
import type { Benchmark, BenchmarkSummary, ScoredQuestion } from "./benchmark.js";
import { grouped, mean } from "./summaries.js";

/** Those that are not of perception. */
const COGNITION = new Set(["code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation"]);
/** acc and acc+ in percent. */
const MOST_PER_CATEGORY = 200;

/**
 * Of each category acc, the share of right answers, and acc+, the share of pictures both of whose questions are answered
 * rightly, both in percent; their sum is the category's score. Perception (ten categories) and cognition (four) add these up,
 * 2000 and 800 at most.
 *
 * `score`, which enters means over benchmarks, is the total in percent of what the categories at hand give at most: total /
 * 2800 · 100 where all fourteen are there.
 */
function summary(questions: readonly ScoredQuestion[]): BenchmarkSummary {
  const parts: Record<string, number> = { total: 0, perception: 0, cognition: 0 };
  const categories = grouped(questions, ({ category }) => category ?? "");
  for (const [category, own] of categories) {
    const pictures = [...grouped(own, ({ id, unit }) => unit ?? id).values()];
    const accuracy = 100 * mean(own.map(({ score }) => score));
    const both = 100 * mean(pictures.map((pair) => (pair.every(({ score }) => score === 1) ? 1 : 0)));
    parts[COGNITION.has(category) ? "cognition" : "perception"] += accuracy + both;
    parts.total += accuracy + both;
    parts[`${category} acc`] = accuracy;
    parts[`${category} acc+`] = both;
  }
  return { score: (100 * parts.total) / (MOST_PER_CATEGORY * categories.size), parts };
}

export const mme: Benchmark = {
  name: "MME",
  fileNames: ["mme"],
  questions: "are answered yes or no",
  options: "never",
  needs: ["category"],
  wantedAnswer: ({ answers }) =>
    answers.every((answer) => extractYesNo(answer) !== undefined) ? undefined : "Yes or No",
  // Its questions ask for yes or no themselves.
  prompt: ({ question }) => question,
  metric: yesNoAccuracy,
  unit: ({ category }, picture) => `${category} ${picture}`,
  summary,
};
