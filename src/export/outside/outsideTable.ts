/** Evaluations from elsewhere as plain text and as CSV. */
import { type Column, layOut, wrap } from "../columns.js";
import { csvField } from "../csv.js";
import { formatPercent, printable } from "../format.js";
import type { OutsideDocument } from "./document.js";
import { OUTSIDE_INTERVALS, type OutsideComparison, type OutsideMean, type OutsideSummary } from "./summary.js";

/** How the table of evaluations from elsewhere looks. */
export interface OutsideTableOptions {
  /** Characters a line of prose; default 100. */
  readonly width?: number;
  /** Bold heads; default false. */
  readonly colour?: boolean;
}

/** Lines of the means' table at most; the CSV has all. */
const MOST = 200;

/** Four significant digits; scores and costs from elsewhere have no unit that is known. */
function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function meanColumns(means: readonly OutsideMean[], document: OutsideDocument): Column[] {
  const column = (head: string, align: Column["align"], cell: (mean: OutsideMean) => string): Column => ({
    ...{ head, align },
    cells: means.map(cell),
  });
  const { metric, better, costUnit } = document;
  const score = ({ score, interval }: OutsideMean) =>
    interval === null ? digits(score) : `${digits(score)} [${digits(interval.low)}, ${digits(interval.high)}]`;
  return [
    column("", "left", ({ onFrontier }) => (onFrontier ? "*" : "")),
    ...(means.some(({ series }) => series !== null)
      ? [column("series", "left", ({ series }) => printable(series ?? "–"))]
      : []),
    column("configuration", "left", ({ configuration }) => printable(configuration).slice(0, 48)),
    ...(means.some(({ budget }) => budget !== null)
      ? [column("budget", "right", ({ budget }) => (budget === null ? "–" : digits(budget)))]
      : []),
    column(costUnit === null ? "cost" : `cost (${printable(costUnit)})`, "right", ({ cost }) => digits(cost)),
    column(`${printable(metric)} (${better} is better)`, "left", score),
    column("samples", "right", ({ samples }) => samples.toLocaleString("en")),
  ];
}

function comparisonColumns(comparisons: readonly OutsideComparison[]): Column[] {
  const column = (head: string, align: Column["align"], cell: (one: OutsideComparison) => string): Column => ({
    ...{ head, align },
    cells: comparisons.map(cell),
  });
  const verdict = ({ verdict, a, b }: OutsideComparison) =>
    verdict === "not distinguishable" ? verdict : `${printable(verdict === "a better" ? a : b)} better`;
  const costs = ({ matched, costResidual }: OutsideComparison) =>
    matched ? formatPercent(costResidual, 2) : `not matched (${formatPercent(costResidual)})`;
  return [
    column("a", "left", ({ a }) => printable(a)),
    column("b", "left", ({ b }) => printable(b)),
    column("budget", "right", ({ budget }) => (budget === null ? "–" : digits(budget))),
    column("a − b", "left", (one) => `${digits(one.difference)} [${digits(one.low)}, ${digits(one.high)}]`),
    column("effect (g)", "right", ({ effectSize }) => effectSize?.toFixed(2) ?? "–"),
    column("samples for power .8", "right", ({ samplesNeeded }) => samplesNeeded?.toLocaleString("en") ?? "–"),
    column("p (Holm)", "right", ({ pHolm }) => pHolm.toPrecision(2)),
    column("costs differ by", "left", costs),
    column("verdict", "left", verdict),
  ];
}

/**
 * The means with their intervals, the frontier marked, and the comparisons. Lines ended by line feeds.
 *
 * @param document the evaluations. @param summary what `summariseOutside` made of them.
 *
 * @example
 * console.log(renderOutside(document, await summariseOutside(document), { width: process.stdout.columns }));
 */
export function renderOutside(
  document: OutsideDocument,
  { means, comparisons, notes }: OutsideSummary,
  { width = 100, colour = false }: OutsideTableOptions = {},
): string {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const { name, source, costTolerance } = document;
  const { level, method } = OUTSIDE_INTERVALS;
  const lines = [
    ...wrap(
      `${printable(name)} · evaluations from ${printable(source)}, made elsewhere: their schedules, layers and model are not known`,
      width,
    ),
    "",
    ...layOut(meanColumns(means.slice(0, MOST), document), bold),
  ];
  if (means.length > MOST) lines.push(`… ${(means.length - MOST).toLocaleString("en")} more`);
  lines.push(...wrap(`*: on the frontier; [low, high]: ${formatPercent(level)} ${method}`, width));
  if (comparisons.length > 0) {
    lines.push("", bold("paired comparisons"), ...layOut(comparisonColumns(comparisons), bold));
    lines.push(
      ...wrap(`costs are matched where their means differ by at most ${formatPercent(costTolerance, 3)}`, width),
    );
  }
  for (const note of notes) lines.push(...wrap(note, width));
  return `${lines.join("\n")}\n`;
}

/**
 * The means as CSV (RFC 4180), a line for each configuration.
 *
 * @param summary what `summariseOutside` made of a document.
 *
 * @example
 * const csv = outsideMeansCsv(await summariseOutside(document));
 */
export function outsideMeansCsv({ means }: OutsideSummary): string {
  const line = (cells: readonly (string | number | null | undefined)[]) => `${cells.map(csvField).join(",")}\r\n`;
  const head = [
    "series",
    "configuration",
    "budget",
    "samples",
    "cost",
    "score",
    "score.low",
    "score.high",
    "onFrontier",
  ];
  const rows = means.map(({ series, configuration, budget, samples, cost, score, interval, onFrontier }) =>
    line([...[series, configuration, budget, samples, cost, score, interval?.low, interval?.high], onFrontier ? 1 : 0]),
  );
  return line(head) + rows.join("");
}
