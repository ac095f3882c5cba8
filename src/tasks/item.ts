/** What a benchmark is made of, whatever it was read from. */

import type { RgbImage } from "../checkpoint/index.js";

export type { RgbImage };

/** One question about one or more pictures. */
export interface BenchmarkItem {
  /** Unique within its benchmark. */
  readonly id: string;
  /** Name of the task; scores are averaged by it. */
  readonly task: string;
  /** In the order in which the question speaks of them; at least one. */
  readonly images: readonly RgbImage[];
  readonly question: string;
  /** Accepted answers, or one answer an annotator where a benchmark has several; for multiple choice the letter. */
  readonly answers: readonly string[];
  /** Multiple choice: the texts of A, B, C … in order. Absent where the answer is free. */
  readonly options?: readonly string[];
}
