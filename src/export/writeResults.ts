/** Writing a file of results, row by row. */
import { writeAtomically } from "./atomicFile.js";
import type { Results, ResultsSource } from "./results.js";
import { checkResultsHead, checkRow } from "./validate.js";

const SUBJECT = "These results are";
const WAY_OUT = "Nothing was written; what the file held before is unchanged.";

function* list(name: string, items: readonly unknown[]): Generator<string> {
  yield `"${name}": [`;
  for (let i = 0; i < items.length; i++) yield `${i === 0 ? "\n" : ",\n"}${JSON.stringify(items[i])}`;
  yield items.length === 0 ? "],\n" : "\n],\n";
}

/**
 * The text of a file of results, in pieces: one field a line, one element of a list a line, fields in the schema's
 * order, rows last. The same results give the same text.
 *
 * @throws EspalierError for results that are not valid, before the first piece where the head is at fault; numbers that
 *   are not finite are refused, since JSON cannot hold them.
 */
export async function* resultsText(results: ResultsSource): AsyncGenerator<string> {
  const { rows, ...rest } = results;
  const head = checkResultsHead(rest, SUBJECT, WAY_OUT);
  yield "{\n";
  for (const [key, value] of Object.entries(head)) {
    if (value === undefined) continue;
    if (Array.isArray(value) && key !== "notes") yield* list(key, value);
    else yield `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`;
  }
  yield '"rows": [';
  let index = 0;
  for await (const row of rows) {
    const checked = checkRow(row, head.model.layers, index, SUBJECT, WAY_OUT);
    yield `${index === 0 ? "\n" : ",\n"}${JSON.stringify(checked)}`;
    index++;
  }
  yield `${index === 0 ? "]" : "\n]"}\n}\n`;
}

/**
 * Writes results as JSON (`RESULTS.md`), atomically; rows may be a stream and are never held all at once.
 *
 * @throws EspalierError for results that are not valid or a disk that refuses; `file` is then as before.
 *
 * @example
 * await writeResults("results.json", await study.results());
 */
export async function writeResults(file: string, results: ResultsSource): Promise<void> {
  await writeAtomically(file, resultsText(results));
}

/**
 * Results as JSON in one line, for embedding; `parseResults` reads it back.
 *
 * @throws EspalierError for results that are not valid.
 *
 * @example
 * const text = stringifyResults(await study.results());
 */
export function stringifyResults(results: Results): string {
  const { rows, ...rest } = results;
  const head = checkResultsHead(rest, SUBJECT, WAY_OUT);
  const checked = rows.map((row, i) => checkRow(row, head.model.layers, i, SUBJECT, WAY_OUT));
  return `${JSON.stringify({ ...head, rows: checked })}\n`;
}
