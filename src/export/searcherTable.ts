/** Every searcher at what it cost, as plain text. */
import { type Column, layOut, widthOfAll, wrap } from "./columns.js";
import { printable } from "./format.js";
import type { ResultSearcher, ResultsHead } from "./results.js";

/** A share of the reference's work; "1×" for the reference itself. */
function times(work: number, reference: number): string {
  const ratio = work / reference;
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2)}×`;
}

/**
 * One row a searcher: schedules measured, layer-forwards as a number and relative to the first row's, hypervolume on the test
 * samples.
 *
 * @returns no columns where there are no searchers.
 */
export function searcherColumns({ searchers = [] }: Pick<ResultsHead, "searchers">): Column[] {
  if (searchers.length === 0) return [];
  const [first] = searchers;
  const title = ({ title, series, seed }: ResultSearcher) =>
    printable(series.includes(":seed") ? `${title}, seed ${seed}` : title);
  const column = (head: string, align: "left" | "right", cell: (searcher: ResultSearcher) => string): Column => ({
    ...{ head, align },
    cells: searchers.map(cell),
  });
  return [
    column("searcher", "left", title),
    column("schedules", "right", ({ configurations }) => String(configurations)),
    column("layer-forwards", "right", ({ layerForwards }) => Math.round(layerForwards).toLocaleString("en")),
    column("relative", "right", ({ layerForwards }) => times(layerForwards, first!.layerForwards)),
    column("hypervolume, test samples", "right", ({ hypervolume }) => hypervolume?.toFixed(4) ?? "\u2013"),
  ];
}

/** `searcherColumns` as lines under a title, a paragraph a row where they are too wide; nothing where there are none. */
export function searcherLines(
  results: Pick<ResultsHead, "searchers">,
  { width, bold }: { readonly width: number; readonly bold: (text: string) => string },
): string[] {
  const columns = searcherColumns(results);
  if (columns.length === 0) return [];
  const title = bold("searchers at what they cost");
  if (widthOfAll(columns) <= width) return [title, ...layOut(columns, bold)];
  const [names, ...others] = columns;
  const lines = names!.cells.flatMap((name, i) =>
    wrap(others.map(({ head, cells }) => `${head} ${cells[i]}`).join(", "), width, `${name}  `),
  );
  return [title, ...lines];
}
