/** The frontier's scores benchmark by benchmark, as plain text. */
import { type Column, layOut, widthOfAll, wrap } from "./columns.js";
import { formatBudget, printable } from "./format.js";
import type { ResultBenchmarks, ResultsHead } from "./results.js";
import { meanKey } from "./validate.js";

const MOST_NAME = 24;

/**
 * One row for the unpruned model and one for each point of the frontier: every benchmark's score in percent, and their mean.
 *
 * @returns no columns where nothing has benchmarks.
 */
export function benchmarkColumns(results: ResultsHead): Column[] {
  const means = new Map(results.means.map((mean) => [meanKey(mean), mean]));
  const rows: (readonly [label: string, benchmarks: ResultBenchmarks])[] = [];
  const unpruned = results.unpruned?.benchmarks;
  if (unpruned !== undefined) rows.push(["unpruned", unpruned]);
  for (const point of results.frontier) {
    const benchmarks = means.get(meanKey(point))?.benchmarks;
    const label =
      point.budget === null
        ? printable(point.configuration).slice(0, MOST_NAME)
        : formatBudget(point.budget, results.budgetUnit);
    if (benchmarks !== undefined) rows.push([label, benchmarks]);
  }
  if (rows.length === 0) return [];
  const names = [...new Set(rows.flatMap(([, { scores }]) => scores.map(({ name }) => name)))];
  return [
    { head: "budget", align: "right", cells: rows.map(([label]) => label) },
    ...names.map((name): Column => {
      const cells = rows.map(([, { scores }]) => scores.find((one) => one.name === name)?.score.toFixed(1) ?? "–");
      return { head: printable(name).slice(0, MOST_NAME), align: "right", cells };
    }),
    { head: "mean", align: "right", cells: rows.map(([, { mean }]) => mean.toFixed(1)) },
  ];
}

/** `benchmarkColumns` as lines under a title, a paragraph a row where they are too wide; nothing where there are none. */
export function benchmarkLines(
  results: ResultsHead,
  { width, bold }: { readonly width: number; readonly bold: (text: string) => string },
): string[] {
  const columns = benchmarkColumns(results);
  if (columns.length === 0) return [];
  const title = bold("benchmarks, score in percent");
  if (widthOfAll(columns) <= width) return [title, ...layOut(columns, bold)];
  const [labels, ...others] = columns;
  const lines = labels!.cells.flatMap((label, i) =>
    wrap(others.map(({ head, cells }) => `${head} ${cells[i]}`).join(", "), width, `${label.padStart(8)}  `),
  );
  return [title, ...lines];
}
