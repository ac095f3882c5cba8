/** Results as the paper reports them: one number a benchmark, and their mean. */
import {
  BENCHMARKS,
  type BenchmarkSummary,
  benchmarkNamed,
  meanSummary,
  type ScoredQuestion,
} from "./benchmarks/index.js";

/** A question's score, and the title of the file that it is of. */
export interface TitledScore extends ScoredQuestion {
  readonly task: string;
}

/** One benchmark's result. */
export interface BenchmarkScore extends BenchmarkSummary {
  /** The file's title, such as "MMBench_DEV_EN". */
  readonly task: string;
  /** The benchmark's name; null for a file that is none's, whose score is the mean of its questions'. */
  readonly benchmark: string | null;
  /** Number of questions. */
  readonly count: number;
}

/** Results over benchmarks. */
export interface BenchmarkMeans {
  /** In the order in which the titles first come. */
  readonly benchmarks: readonly BenchmarkScore[];
  /** Mean of the benchmarks' scores, 0 … 100: each counts the same however many questions it has. NaN without any. */
  readonly mean: number;
  /** Those of the paper's eight that are not among them, in its order. */
  readonly missing: readonly string[];
}

/**
 * Sums up scores benchmark by benchmark, and takes the mean over benchmarks.
 *
 * @example
 * const { mean } = benchmarkMeans([
 *   { task: "ChartQA_TEST", id: "1", score: 1 },
 *   { task: "ChartQA_TEST", id: "2", score: 0 },
 * ]);
 */
export function benchmarkMeans(questions: readonly TitledScore[]): BenchmarkMeans {
  const byTask = new Map<string, TitledScore[]>();
  for (const question of questions) {
    const own = byTask.get(question.task);
    if (own === undefined) byTask.set(question.task, [question]);
    else own.push(question);
  }
  const benchmarks = [...byTask].map(([task, own]): BenchmarkScore => {
    const benchmark = benchmarkNamed(task);
    const { score, parts } = (benchmark?.summary ?? meanSummary)(own);
    return { task, benchmark: benchmark?.name ?? null, count: own.length, score, parts };
  });
  return {
    benchmarks,
    mean: benchmarks.reduce((sum, { score }) => sum + score, 0) / benchmarks.length,
    missing: missingOf(byTask.keys()),
  };
}

/** Those of the eight that none of the titles is of. */
export function missingOf(titles: Iterable<string>): string[] {
  const found = new Set([...titles].map((title) => benchmarkNamed(title)?.name));
  return BENCHMARKS.filter(({ name }) => !found.has(name)).map(({ name }) => name);
}
