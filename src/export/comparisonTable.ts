/** Paired comparisons as plain text. */
import { type Column, layOut, widthOfAll, wrap } from "./columns.js";
import { formatBudget, formatDivergence, printable, seriesLabel } from "./format.js";
import type { Comparison } from "./results.js";

export interface ComparisonTableOptions {
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  /** Whether effect sizes, and the samples that would show them, are printed too; default false. */
  readonly details?: boolean;
}

function comparisonColumns(comparisons: readonly Comparison[], details: boolean): Column[] {
  const show = (comparison: Comparison, value: number) =>
    comparison.metric === "accuracy" ? (value * 100).toFixed(1) : formatDivergence(value);
  const difference = (c: Comparison) => `${show(c, c.difference)} [${show(c, c.low)}, ${show(c, c.high)}]`;
  const unit = (comparison: Comparison) => (comparison.metric === "accuracy" ? "points" : "nats");
  const same = comparisons.every((comparison) => comparison.metric === comparisons[0]!.metric);
  const verdict = (comparison: Comparison) => {
    if (comparison.verdict === "not distinguishable") return comparison.verdict;
    return `${seriesLabel(printable(comparison.verdict === "a better" ? comparison.a : comparison.b))} better`;
  };
  const column = (head: string, align: "left" | "right", cell: (comparison: Comparison) => string): Column => ({
    ...{ head, align },
    cells: comparisons.map(cell),
  });
  return [
    column("a", "left", (c) => seriesLabel(printable(c.a))),
    column("b", "left", (c) => seriesLabel(printable(c.b))),
    column("budget", "right", (c) => formatBudget(c.budget, c.unit)),
    same
      ? column(`a − b (${unit(comparisons[0]!)})`, "left", difference)
      : column("a − b", "left", (c) => `${difference(c)} ${unit(c)}`),
    ...(details
      ? [
          column("effect (g)", "right", (c) => c.effectSize?.toFixed(2) ?? "\u2013"),
          column("samples for power .8", "right", (c) => c.samplesNeeded?.toLocaleString("en") ?? "\u2013"),
        ]
      : []),
    column("p (Holm)", "right", (c) => c.pHolm.toPrecision(2)),
    column("verdict", "left", (c) => `${verdict(c)}${c.matched === false ? ", costs not matched" : ""}`),
  ];
}

/** A table under a title, a paragraph a comparison where it is too wide; nothing where there are none. */
export function comparisonLines(
  comparisons: readonly Comparison[],
  { width, bold, dim, details = false }: ComparisonTableOptions,
): string[] {
  if (comparisons.length === 0) return [];
  const columns = comparisonColumns(comparisons, details);
  const title = bold("paired comparisons");
  if (widthOfAll(columns) <= width) return [title, ...layOut(columns, dim)];
  const cell = (head: string, i: number) => columns.find((column) => column.head.startsWith(head))!.cells[i]!;
  const difference = columns[3]!.head;
  const lines = comparisons.flatMap((_, i) => {
    const size = details ? `, g = ${cell("effect", i)}, ${cell("samples", i)} samples for power .8` : "";
    const what = `a ${cell("a", i)}, b ${cell("b", i)} at ${cell("budget", i)}, ${difference}: ${cell("a \u2212 b", i)}${size}, p = ${cell("p (Holm)", i)} (Holm); ${cell("verdict", i)}`;
    return wrap(what, width, "  ");
  });
  return [title, ...lines];
}

/**
 * Comparisons alone, with effect sizes and the samples that would show them.
 *
 * @param options.width default 100. @param options.colour whether titles are bold; default false.
 * @returns lines ended by line feeds; a sentence where there are none.
 */
export function renderComparisons(
  comparisons: readonly Comparison[],
  { width = 100, colour = false }: { readonly width?: number; readonly colour?: boolean } = {},
): string {
  const style = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const options = { width: Math.max(40, width), bold: style(1), dim: style(2), details: true };
  const lines = comparisonLines(comparisons, options);
  return `${(lines.length === 0 ? ["Nothing is compared."] : lines).join("\n")}\n`.replaceAll("\u202f", " ");
}
