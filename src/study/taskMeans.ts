/** Accuracy task by task, and benchmark by benchmark as each is published. */
import type { ResultBenchmarks } from "../export/index.js";
import { type BenchmarkMeans, benchmarkMeans, benchmarkNamed, EMBEDDED_METRICS } from "../tasks/index.js";
import { idOfFile } from "./data/index.js";
import type { SampleList } from "./entries.js";

/** What scores are summed up by. */
type Samples = Pick<SampleList, "ids" | "tasks" | "categories" | "units">;

function meansOf(values: readonly number[], { ids, tasks, categories, units }: Samples): BenchmarkMeans {
  return benchmarkMeans(
    values.map((score, s) => {
      const prefix = idOfFile(tasks[s], "");
      const [category, unit] = [categories?.[s] ?? undefined, units?.[s] ?? undefined];
      return {
        id: ids[s].startsWith(prefix) ? ids[s].slice(prefix.length) : ids[s],
        task: tasks[s],
        score,
        ...(category === undefined ? {} : { category }),
        ...(unit === undefined ? {} : { unit }),
      };
    }),
  );
}

/**
 * Each task's accuracy, 0 … 1, in the order in which tasks come: a benchmark's own summary, else the mean of its samples. Empty
 * where there is one task only, whose mean is that of all samples.
 *
 * @param values [S]
 */
export function taskMeans(values: readonly number[], samples: Samples): ReadonlyMap<string, number> {
  if (new Set(samples.tasks).size < 2) return new Map();
  return new Map(meansOf(values, samples).benchmarks.map(({ task, score }) => [task, score / 100]));
}

/** Whether results have a line for benchmarks: one of the registry's is among the tasks, or several files are. */
export function hasBenchmarks(tasks: readonly string[]): boolean {
  const files = [...new Set(tasks)].filter((task) => !Object.hasOwn(EMBEDDED_METRICS, task));
  return files.length > 1 || files.some((task) => benchmarkNamed(task) !== undefined);
}

/** The scores of a report; undefined where no benchmark is among the tasks. @param values [S] accuracies. */
export function benchmarkResults(values: readonly number[], samples: Samples): ResultBenchmarks | undefined {
  if (!hasBenchmarks(samples.tasks)) return undefined;
  const { benchmarks, mean } = meansOf(values, samples);
  return {
    mean,
    scores: benchmarks.map(({ task, benchmark, count, score, parts }) => {
      return { name: task, benchmark, samples: count, score, parts: { ...parts } };
    }),
  };
}
