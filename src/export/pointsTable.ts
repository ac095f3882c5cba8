/** Points of a frontier, and one mean, as plain text where the rest of the results is not at hand. */
import { layOut } from "./columns.js";
import {
  formatAccuracyInterval,
  formatCost,
  formatDivergenceInterval,
  formatPercent,
  printable,
  seriesLabel,
} from "./format.js";
import type { FrontierPoint, ResultMean } from "./results.js";
import { sparkline } from "./sparkline.js";

/** Bars of one line at most. */
const BARS = 64;

/**
 * A table with a line for each point.
 *
 * @param options.most lines; the rest is counted. 50 unless told.
 * @returns lines ended by line feeds; a sentence where there is no point.
 */
export function renderPoints(points: readonly FrontierPoint[], { most = 50 }: { most?: number } = {}): string {
  if (points.length === 0) return "The frontier is empty: nothing has been evaluated yet.\n";
  const shown = points.slice(0, most);
  const column = (head: string, align: "left" | "right", cell: (point: FrontierPoint) => string) => ({
    ...{ head, align },
    cells: shown.map(cell),
  });
  const columns = [
    ...(new Set(points.map(({ series }) => series)).size > 1
      ? [column("series", "left", ({ series }) => seriesLabel(printable(series)))]
      : []),
    column("configuration", "left", ({ configuration }) => printable(configuration)),
    column("cost", "right", ({ cost }) => formatCost(cost.normalised, "normalised")),
    column("of full", "right", ({ cost }) => formatPercent(cost.share)),
    column("divergence (nats)", "left", ({ divergence }) => formatDivergenceInterval(divergence)),
    ...(points.some(({ accuracy }) => accuracy !== null)
      ? [column("accuracy", "left", ({ accuracy }) => formatAccuracyInterval(accuracy))]
      : []),
  ];
  const left = points.length > most ? [`… ${(points.length - most).toLocaleString("en")} more`] : [];
  return `${[...layOut(columns, (head) => head), ...left].join("\n")}\n`;
}

/** One mean in two lines: its numbers with their intervals, and its schedule. Ended by line feeds. */
export function renderMean(mean: ResultMean): string {
  const { series, configuration, divergence, accuracy, cost, samples, visualTokens, meanCounts } = mean;
  const facts = [
    `divergence ${formatDivergenceInterval(divergence)} nats`,
    ...(accuracy === null ? [] : [`accuracy ${formatAccuracyInterval(accuracy)}`]),
    `cost ${formatCost(cost.normalised, "normalised")}, ${formatPercent(cost.share)} of full`,
    `${samples.toLocaleString("en")} samples`,
  ];
  const shares = meanCounts.map((count) => (visualTokens === 0 ? 0 : count / visualTokens));
  const average = meanCounts.reduce((sum, count) => sum + count, 0) / meanCounts.length;
  return (
    `${seriesLabel(printable(series))}, ${printable(configuration)}: ${facts.join(" · ")}\n` +
    `kept per layer ${sparkline(shares, { width: BARS })}, ${average.toFixed(1)} of ${Number(visualTokens.toFixed(1))} tokens on average\n`
  );
}
