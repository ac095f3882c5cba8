/** Results as plain text for a terminal, a log or a `text/plain` output. */
import { benchmarkLines } from "./benchmarkTable.js";
import { certificateLines } from "./certificateTable.js";
import { type Column, layOut, widthOfAll, wrap } from "./columns.js";
import { comparisonLines } from "./comparisonTable.js";
import {
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergence,
  formatDivergenceInterval,
  formatPercent,
  formatRange,
  modelLabel,
  printable,
} from "./format.js";
import type { FrontierPoint, ResultMean, Results, ResultsHead } from "./results.js";
import { searcherLines } from "./searcherTable.js";
import { foldCounts, sparkline } from "./sparkline.js";
import { meanKey } from "./validate.js";

/** How a table of plain text is drawn. */
export interface TableOptions {
  /** Characters a line; 100 unless told. Below 60 the accuracy's and the divergence's intervals give way first. */
  readonly width?: number;
  /** Bold heads and dimmed remarks by ANSI sequences; false unless told, since only a terminal wants them. */
  readonly colour?: boolean;
  /** Digits instead of block characters; false unless told. */
  readonly ascii?: boolean;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

function keptShares(mean: ResultMean): number[] {
  return mean.meanCounts.map((count) => (mean.visualTokens === 0 ? 0 : count / mean.visualTokens));
}

function frontierColumns(
  points: readonly FrontierPoint[],
  means: ReadonlyMap<string, ResultMean>,
  results: ResultsHead,
  options: { intervals: "both" | "divergence" | "none"; bars: number; ascii: boolean },
): Column[] {
  const mean = (point: FrontierPoint) => means.get(meanKey(point))!;
  const grouped = options.bars < results.model.layers;
  const divergence = options.intervals === "none" ? "divergence" : "divergence (nats)";
  const columns: Column[] = [
    { head: "budget", align: "right", cells: points.map((point) => formatBudget(point.budget, results.budgetUnit)) },
    {
      head: "cost",
      align: "right",
      cells: points.map((p) => formatCost(p.cost[results.budgetUnit] ?? 0, results.budgetUnit)),
    },
    { head: "of full", align: "right", cells: points.map((point) => percent(point.cost.share)) },
    {
      head: grouped ? "kept" : "kept per layer",
      align: "left",
      cells: points.map((point) => sparkline(keptShares(mean(point)), { width: options.bars, ascii: options.ascii })),
    },
    {
      head: "tokens",
      align: "right",
      cells: points.map((point) => {
        const counts = mean(point).meanCounts;
        return (counts.reduce((sum, count) => sum + count, 0) / counts.length).toFixed(1);
      }),
    },
    {
      head: divergence,
      align: "left",
      cells: points.map((point) =>
        options.intervals === "none"
          ? formatDivergence(point.divergence.mean)
          : formatDivergenceInterval(point.divergence),
      ),
    },
  ];
  if (points.some((point) => point.accuracy !== null)) {
    const plain = (point: FrontierPoint) => (point.accuracy === null ? "–" : percent(point.accuracy.mean));
    columns.push({
      head: "accuracy",
      align: "left",
      cells: points.map((p) => (options.intervals === "both" ? formatAccuracyInterval(p.accuracy) : plain(p))),
    });
  }
  return columns;
}

/**
 * Draws the frontier with its intervals as a table, then the mean counts per layer, the benchmarks' scores, the comparisons, the certificates and the
 * frontier's quality. Fits the width: intervals give way first, then the bars are grouped.
 *
 * @returns lines ended by line feeds. Names from the results are stripped of control characters.
 *
 * @example
 * console.log(renderTable(await study.results(), { width: process.stdout.columns, colour: process.stdout.isTTY }));
 */
export function renderTable(results: ResultsHead | Results, options: TableOptions = {}): string {
  const width = Math.max(40, options.width ?? 100);
  const style = (code: number) => (text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim] = [style(1), style(2)];
  const means = new Map(results.means.map((mean) => [meanKey(mean), mean]));
  const lines: string[] = [];

  const { model, data } = results;
  const facts = [
    modelLabel(model),
    `${data.name}/${data.split}, ${data.samples} samples`,
    `selector ${results.selector}`,
    `kernel function ${results.kernelFunction}`,
    `cost ${results.cost}, budgets in ${results.budgetUnit}`,
  ];
  lines.push(...wrap(printable(facts.join(" · ")), width), "");

  if (results.frontier.length === 0) lines.push("The frontier is empty: nothing has been evaluated yet.");
  else {
    const layers = model.layers;
    const attempts = [
      { intervals: "both", bars: layers },
      { intervals: "both", bars: Math.min(layers, 24) },
      { intervals: "divergence", bars: Math.min(layers, 24) },
      { intervals: "divergence", bars: Math.min(layers, 12) },
      { intervals: "none", bars: Math.min(layers, 12) },
      { intervals: "none", bars: Math.min(layers, 6) },
    ] as const;
    const ascii = options.ascii ?? false;
    const laidOut = attempts.map((attempt) => frontierColumns(results.frontier, means, results, { ...attempt, ascii }));
    const fitting = laidOut.find((columns) => widthOfAll(columns) <= width) ?? laidOut.at(-1)!;
    lines.push(...layOut(fitting, bold));
    const level = formatPercent(results.intervals.level);
    const remark = `[low, high]: ${level} ${printable(results.intervals.method)}; tokens: mean over layers`;
    lines.push(...wrap(remark, width).map(dim));
    lines.push("", bold(`mean counts per layer, of ${formatRange(data.visualTokens)} visual tokens`));
    for (const point of results.frontier) {
      const label =
        point.budget === null
          ? printable(point.configuration).slice(0, 24)
          : formatBudget(point.budget, results.budgetUnit);
      lines.push(...wrap(foldCounts(means.get(meanKey(point))!.meanCounts), width, `${label.padStart(6)}  `));
    }
  }

  const benchmarks = benchmarkLines(results, { width, bold });
  if (benchmarks.length > 0) lines.push("", ...benchmarks);

  const comparisons = comparisonLines(results.comparisons, { width, bold, dim });
  if (comparisons.length > 0) lines.push("", ...comparisons);
  for (const certificate of results.certificates ?? []) {
    const mean = means.get(meanKey(certificate))!;
    lines.push("", ...certificateLines(certificate, mean.meanCounts, { width, bold, dim }));
  }
  const quality = results.quality;
  if (quality !== null) {
    const numbers = `hypervolume ${quality.hypervolume.toFixed(4)}, reference ${quality.referenceHypervolume.toFixed(4)}`;
    lines.push("", ...wrap(`${numbers}, regret ${(quality.regret * 100).toFixed(2)}%`, width));
  }
  const searchers = searcherLines(results, { width, bold });
  if (searchers.length > 0) lines.push("", ...searchers);
  const grid = results.grid;
  if (grid !== null) {
    const shared = `${grid.layerForwards.toLocaleString("en")} layer-forwards, unshared ${grid.unsharedLayerForwards.toLocaleString("en")}`;
    lines.push(
      ...wrap(`grid: ${grid.points} configurations, ${grid.distinctPrefixes} distinct prefixes, ${shared}`, width),
    );
  }
  // The narrow no-break space of figures and pages is a plain one here: not every terminal's font has it.
  return `${lines.join("\n")}\n`.replaceAll("\u202f", " ");
}
