/** What a benchmark is: how its files look, how its questions are worded, how answers are scored and summed up. */
import type { Metric } from "../metrics/index.js";
import type { BenchmarkQuestion } from "../question.js";

/** Whose wording of a question: VLMEvalKit's own for any model, or what it asks Qwen2-VL's kind or LLaVA. */
export type Wording = "standard" | "qwen2_vl" | "llava";

/** Parts of a question that files keep in columns of their own. */
export type Column = "id" | "question" | "answers" | "category" | "hint" | "split";

/** One question as it was answered. */
export interface ScoredQuestion {
  readonly id: string;
  /** 0 … 1, by the benchmark's metric. */
  readonly score: number;
  readonly category?: string;
  /** What `Benchmark.unit` gave. */
  readonly unit?: string;
}

/** A benchmark's result over its questions. */
export interface BenchmarkSummary {
  /** 0 … 100: what enters a mean over benchmarks. NaN without any question. */
  readonly score: number;
  /** What else is published of it, by name, in the unit in which it is published. */
  readonly parts: Readonly<Record<string, number>>;
}

/** An entry of the registry. */
export interface Benchmark {
  /** As tables spell it. */
  readonly name: string;
  /** What its files are called, in lower case, without punctuation, split, language and version. */
  readonly fileNames: readonly string[];
  /** What its questions are, for refusals: "whose questions …". */
  readonly questions: string;
  /** Whether each question offers options ("always"), or none may. */
  readonly options: "always" | "never";
  /** Columns without which its summary cannot be made. */
  readonly needs?: readonly Column[];
  /** Names of columns in its files beyond the usual ones, the likeliest first. */
  readonly columns?: Partial<Readonly<Record<Column, readonly string[]>>>;
  /** A category as the summary names it, from a file's. */
  category?(value: string): string;
  /** Values of columns whose rows belong to another benchmark of the same file, and are passed over. */
  readonly foreign?: Readonly<Record<string, string>>;
  /** What an answer must be ("yes or no") where it is not that; nothing where it is right. */
  wantedAnswer?(question: BenchmarkQuestion): string | undefined;
  /** The question as the model is asked it. */
  prompt(question: BenchmarkQuestion, wording: Wording): string;
  /** How one answer is judged. */
  readonly metric: Metric;
  /**
   * Questions with the same unit are judged together, and a cut of the file keeps them together.
   *
   * @param picture names the question's pictures: equal pictures, equal names.
   */
  unit?(question: BenchmarkQuestion, picture: string): string;
  /** Makes a benchmark's score, in percent, of those of its questions. */
  summary(questions: readonly ScoredQuestion[]): BenchmarkSummary;
}
