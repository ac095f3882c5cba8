/** Sums over questions that several benchmarks share. */
import type { BenchmarkSummary, ScoredQuestion } from "./benchmark.js";

/** NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Questions by a key, in the order in which the keys first come; those without one are left out. */
export function grouped(
  questions: readonly ScoredQuestion[],
  keyOf: (question: ScoredQuestion) => string | undefined,
): Map<string, ScoredQuestion[]> {
  const groups = new Map<string, ScoredQuestion[]>();
  for (const question of questions) {
    const key = keyOf(question);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [question]);
    else group.push(question);
  }
  return groups;
}

/** The mean score in percent, and that of each category where there are any. */
export function meanSummary(questions: readonly ScoredQuestion[]): BenchmarkSummary {
  const percent = (group: readonly ScoredQuestion[]) => 100 * mean(group.map(({ score }) => score));
  const categories = grouped(questions, ({ category }) => category);
  return {
    score: percent(questions),
    parts: Object.fromEntries([...categories].map(([category, group]) => [category, percent(group)])),
  };
}
