/** Files of questions with pictures, whatever their format. */
import type { Benchmark } from "./benchmarks/index.js";
import type { BenchmarkQuestion } from "./question.js";

/** An open file of questions. */
export interface QuestionFile {
  readonly path: string;
  /** The benchmark that the file is named after; undefined where none is known. */
  readonly benchmark: Benchmark | undefined;
  /** All questions, in the file's order. */
  readonly items: readonly BenchmarkQuestion[];
  /**
   * The encoded pictures (JPEG, PNG …) of a question, in its order; read from the file at each call.
   *
   * @throws EspalierError when the question is not of this file, or a picture cannot be read.
   */
  images(item: BenchmarkQuestion): Promise<Uint8Array[]>;
  /** What errors call a question's pictures: "FILE, line 7". */
  place(item: BenchmarkQuestion): string;
  /** Closes the file. */
  close(): void;
}
