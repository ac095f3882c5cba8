/** A question of a benchmark's file, whatever the file's format. */
import type { Split } from "./samples.js";

/** One question of a file, without its pictures. */
export interface BenchmarkQuestion {
  /** Unique within its file. */
  readonly id: string;
  /** Line of a TSV file on which it begins, or row of a Parquet file; from 1. */
  readonly line: number;
  readonly question: string;
  /** Accepted answers; none where the file has none and that was allowed. */
  readonly answers: readonly string[];
  /** Multiple choice: letter → text, in the order of the letters. */
  readonly options?: Readonly<Record<string, string>>;
  readonly hint?: string;
  readonly category?: string;
  readonly split?: Split;
}
