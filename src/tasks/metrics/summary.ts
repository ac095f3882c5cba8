/** Scores of many items, by task. */
import type { BenchmarkItem } from "../item.js";

export interface TaskSummary {
  /** Number of items. */
  readonly count: number;
  /** Mean score, 0 … 1. */
  readonly mean: number;
}

export interface Summary {
  /** In the order in which the tasks first occur. */
  readonly tasks: Readonly<Record<string, TaskSummary>>;
  /** Mean of the tasks' means: a task counts the same however many items it has. NaN without any. */
  readonly mean: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function groupByTask<T extends { readonly task: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.task);
    if (group === undefined) groups.set(row.task, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * Mean score of each task, and the mean of these means.
 *
 * @example
 * summary([{ task: "count", score: 1 }, { task: "count", score: 0 }, { task: "word", score: 1 }]).mean; // → 0.75
 */
export function summary(scores: readonly { readonly task: string; readonly score: number }[]): Summary {
  const tasks = Object.fromEntries(
    [...groupByTask(scores)].map(([task, rows]): [string, TaskSummary] => [
      task,
      { count: rows.length, mean: mean(rows.map((row) => row.score)) },
    ]),
  );
  return { tasks, mean: mean(Object.values(tasks).map((task) => task.mean)) };
}

/**
 * For each task the share of its most frequent answer, 0 … 1: what someone gets who never looks at the pictures and always
 * says the same. Of an item's answers the first counts.
 */
export function majorityShare(items: readonly Pick<BenchmarkItem, "task" | "answers">[]): Record<string, number> {
  return Object.fromEntries(
    [...groupByTask(items)].map(([task, group]) => {
      const counts = new Map<string, number>();
      for (const { answers } of group) counts.set(answers[0], (counts.get(answers[0]) ?? 0) + 1);
      return [task, Math.max(...counts.values()) / group.length];
    }),
  );
}
