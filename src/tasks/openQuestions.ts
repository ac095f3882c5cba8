/** Opening a file of questions by its ending. */
import { openParquet } from "./parquet.js";
import type { QuestionOptions } from "./questionColumns.js";
import type { QuestionFile } from "./questionFile.js";
import { openTsv } from "./tsv.js";

/**
 * Opens a Parquet file (`.parquet`) as `openParquet` does, and any other as `openTsv` does.
 *
 * @throws EspalierError as they do.
 *
 * @example
 * const { items } = await openQuestions("ChartQA_TEST.tsv"); // TSV or Parquet, by the file's ending
 */
export async function openQuestions(file: string, options: QuestionOptions = {}): Promise<QuestionFile> {
  return /\.parquet$/iu.test(file) ? openParquet(file, options) : openTsv(file, options);
}
