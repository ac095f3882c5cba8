/** Results as comma-separated values (RFC 4180): one line a row, or one line a mean. */
import { writeAtomically } from "./atomicFile.js";
import {
  COST_UNITS,
  type Interval,
  type ResultCost,
  type ResultMean,
  type ResultRow,
  type ResultsSource,
} from "./results.js";
import { checkResultsHead, checkRow } from "./validate.js";

type Cell = string | number | null | undefined;

/**
 * One field. Text that a spreadsheet would run as a formula (it starts with `=`, `+`, `-`, `@`, tab or return) gets an
 * apostrophe in front; numbers are never touched; nothing and null are empty.
 */
export function csvField(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(",")}\r\n`;
}

const COST_COLUMNS = COST_UNITS.map((unit) => `cost.${unit}`);
const costCells = (cost: ResultCost | undefined): Cell[] => COST_UNITS.map((unit) => cost?.[unit]);
const intervalColumns = (name: string): string[] => [name, `${name}.low`, `${name}.high`];
const intervalCells = (interval: Interval | null | undefined): Cell[] => [
  interval?.mean,
  interval?.low,
  interval?.high,
];

const ROW_COLUMNS = [
  ...["series", "configuration", "budget", "unit", "sample", "visualTokens", "textTokens", "counts"],
  ...COST_COLUMNS,
  ...["divergence", "accuracy", "beforeTopUp.counts", "beforeTopUp.divergence", "beforeTopUp.accuracy"],
];

function rowCells(row: ResultRow): Cell[] {
  const before = row.beforeTopUp;
  return [
    ...[row.series, row.configuration, row.budget, row.unit, row.sample, row.visualTokens, row.textTokens],
    row.counts.join(" "),
    ...costCells(row.cost),
    ...[row.divergence, row.accuracy, before?.counts.join(" "), before?.divergence, before?.accuracy],
  ];
}

/**
 * The rows as CSV, piece by piece: a header, then one line a row, ended by CR LF; `counts` joined by spaces.
 *
 * @throws EspalierError for results that are not valid.
 *
 * @example
 * for await (const part of rowsCsv(results)) process.stdout.write(part);
 */
export async function* rowsCsv(results: ResultsSource): AsyncGenerator<string> {
  const { rows, ...head } = results;
  const { model } = checkResultsHead(head, "These results are", "Nothing was written.");
  yield line(ROW_COLUMNS);
  let index = 0;
  for await (const row of rows) {
    yield line(rowCells(checkRow(row, model.layers, index++, "These results are", "Nothing was written.")));
  }
}

/**
 * Writes the rows as CSV, atomically. @throws EspalierError as `rowsCsv`, or when the disk refuses.
 *
 * @example
 * await writeCsv("rows.csv", await study.results());
 */
export async function writeCsv(file: string, results: ResultsSource): Promise<void> {
  await writeAtomically(file, rowsCsv(results));
}

const MEAN_COLUMNS = [
  ...["series", "configuration", "budget", "unit", "samples", "visualTokens", "meanCounts"],
  ...COST_COLUMNS,
  ...intervalColumns("divergence"),
  ...intervalColumns("accuracy"),
];

/**
 * The means with their intervals as CSV, whole; at most a few thousand lines.
 *
 * @example
 * const lines = meansCsv((await study.results()).means).split("\n");
 */
export function meansCsv(means: readonly ResultMean[]): string {
  const lines = means.map((mean) =>
    line([
      ...[mean.series, mean.configuration, mean.budget, mean.unit, mean.samples, mean.visualTokens],
      mean.meanCounts.join(" "),
      ...costCells(mean.cost),
      ...intervalCells(mean.divergence),
      ...intervalCells(mean.accuracy),
    ]),
  );
  return line(MEAN_COLUMNS) + lines.join("");
}
