/** The page's tables: the means, sortable, the paired comparisons, and what is laid out as text elsewhere. */
import {
  benchmarkColumns,
  type Comparison,
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergence,
  formatDivergenceInterval,
  formatPercent,
  GRID_ON_VALIDATION,
  meanKey,
  printable,
  type ResultMean,
  type ResultsHead,
  searcherColumns,
  seriesLabel,
  type Column as TextColumn,
} from "../../export/index.js";
import { escapeHtml } from "./html.js";

/** Most rows of the means' table; the downloads hold all of them. */
export const MOST_TABLE_ROWS = 3_000;

interface Cell {
  /** What is shown. */
  readonly text: string;
  /** What the column is sorted by; empty goes last. */
  readonly value: string | number;
  readonly html?: string;
}

interface Column {
  readonly head: string;
  readonly kind: "number" | "text";
  readonly cell: (mean: ResultMean) => Cell;
}

/** Shares as tiny bars, with the numbers as their name. */
function spark(mean: ResultMean): string {
  const layers = mean.meanCounts.length;
  const step = 90 / layers;
  const path = mean.meanCounts
    .map((count, i) => {
      const height = mean.visualTokens === 0 ? 0 : (16 * count) / mean.visualTokens;
      const [x, y] = [(i * step).toFixed(1), (16 - height).toFixed(1)];
      return `M${x} 16V${y}h${(step * 0.85).toFixed(1)}V16z`;
    })
    .join("");
  const name = escapeHtml(mean.meanCounts.map((count) => Number(count.toFixed(1))).join(" "));
  return `<svg width="90" height="16" viewBox="0 0 90 16" role="img" aria-label="${name}"><title>${name}</title><path class="spark" d="${path}"/></svg>`;
}

function columns(results: ResultsHead): Column[] {
  const unit = results.budgetUnit;
  const cost = (name: string, of: "share" | "exactFlops" | "kvBytes" | typeof unit): Column => ({
    head: name,
    kind: "number",
    cell: (mean) => {
      const value = mean.cost[of];
      return value === undefined ? { text: "–", value: "" } : { text: formatCost(value, of), value };
    },
  });
  const tokens = (mean: ResultMean) => mean.meanCounts.reduce((a, b) => a + b, 0) / mean.meanCounts.length;
  return [
    { head: "series", kind: "text", cell: (mean) => ({ text: seriesLabel(mean.series), value: mean.series }) },
    {
      head: "budget",
      kind: "number",
      cell: (mean) => ({ text: formatBudget(mean.budget, mean.unit), value: mean.budget ?? "" }),
    },
    ...(unit === "share" || unit === "kvBytes" ? [] : [cost("cost", unit)]),
    cost("of full", "share"),
    {
      head: "kept per layer",
      kind: "number",
      cell: (mean) => ({ text: "", value: tokens(mean), html: spark(mean) }),
    },
    {
      head: "divergence, nats",
      kind: "number",
      cell: (mean) => ({ text: formatDivergenceInterval(mean.divergence), value: mean.divergence.mean }),
    },
    {
      head: "accuracy",
      kind: "number",
      cell: (mean) => ({ text: formatAccuracyInterval(mean.accuracy), value: mean.accuracy?.mean ?? "" }),
    },
    cost("FLOPs", "exactFlops"),
    cost("KV cache", "kvBytes"),
    { head: "configuration", kind: "text", cell: (mean) => ({ text: mean.configuration, value: mean.configuration }) },
  ];
}

function head(column: { head: string; kind: string }): string {
  const left = column.kind === "text" ? ' class="left"' : "";
  return `<th scope="col"${left} data-kind="${column.kind}"><button type="button">${escapeHtml(column.head)}</button></th>`;
}

/** The means to list: the frontier first, then the other series as they come, the grid last, what it was chosen from behind it; at most `MOST_TABLE_ROWS`. */
export function listedMeans(results: ResultsHead): ResultMean[] {
  const onFrontier = new Set(results.frontier.map(meanKey));
  const rank = (mean: ResultMean) =>
    onFrontier.has(meanKey(mean)) ? 0 : mean.series === GRID_ON_VALIDATION ? 3 : mean.series === "grid" ? 2 : 1;
  return results.means
    .map((mean, i) => ({ mean, i, rank: rank(mean) }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .slice(0, MOST_TABLE_ROWS)
    .map(({ mean }) => mean);
}

/** The means as a sortable table; every name is escaped. */
export function meansTable(results: ResultsHead): string {
  const all = columns(results);
  const onFrontier = new Set(results.frontier.map(meanKey));
  const rows = listedMeans(results).map((mean) => {
    const cells = all.map((column) => {
      const cell = column.cell(mean);
      const kind = column.kind === "text" ? ' class="left name"' : "";
      return `<td${kind} data-value="${escapeHtml(String(cell.value))}">${cell.html ?? escapeHtml(printable(cell.text))}</td>`;
    });
    const kind = onFrontier.has(meanKey(mean)) ? ' class="frontier"' : "";
    return `<tr${kind} data-series="${escapeHtml(mean.series)}">${cells.join("")}</tr>`;
  });
  return `<table class="sortable"><thead><tr>${all.map(head).join("")}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table>`;
}

function comparisonRow(comparison: Comparison): string {
  const points = comparison.metric === "accuracy";
  const show = (value: number) => (points ? (value * 100).toFixed(1) : formatDivergence(value));
  const better = comparison.verdict === "a better" ? comparison.a : comparison.b;
  const same = comparison.verdict === "not distinguishable";
  const verdict = same ? "not distinguishable" : `${seriesLabel(better)} better`;
  const difference = `${show(comparison.difference)} [${show(comparison.low)}, ${show(comparison.high)}]`;
  const left = [comparison.a, comparison.b].map(seriesLabel);
  const right = [
    formatBudget(comparison.budget, comparison.unit),
    `${difference} ${points ? "points" : "nats"}`,
    comparison.pHolm.toPrecision(2),
    comparison.matched === undefined ? "–" : comparison.matched ? "yes" : "not matched",
  ];
  const cell = (text: string, kind: string) => `<td${kind}>${escapeHtml(printable(text))}</td>`;
  return `<tr>${left.map((text) => cell(text, ' class="left name"')).join("")}${right.map((text) => cell(text, "")).join("")}${cell(verdict, ' class="left"')}</tr>`;
}

/** The paired comparisons as a table, or nothing when there are none. */
export function comparisonsTable(results: ResultsHead): string {
  if (results.comparisons.length === 0) return "";
  const level = formatPercent(results.intervals.level);
  const heads = [
    ["a", "left"],
    ["b", "left"],
    ["budget", ""],
    [`a − b [${level}]`, ""],
    ["p (Holm)", ""],
    ["costs matched", ""],
    ["verdict", "left"],
  ].map(([text, kind]) => `<th scope="col"${kind === "" ? "" : ` class="${kind}"`}>${escapeHtml(text!)}</th>`);
  const rows = results.comparisons.map(comparisonRow).join("\n");
  return `<table><thead><tr>${heads.join("")}</tr></thead><tbody>\n${rows}\n</tbody></table>`;
}

/** Every searcher at what it cost, or nothing when there are none. */
export function searchersTable(results: ResultsHead): string {
  return plainTable(searcherColumns(results));
}

/** Each benchmark's score, for the unpruned model and along the frontier, or nothing when there are none. */
export function benchmarksTable(results: ResultsHead): string {
  return plainTable(benchmarkColumns(results));
}

/** Columns of text as a table; nothing without columns. */
function plainTable(columns: readonly TextColumn[]): string {
  if (columns.length === 0) return "";
  const kind = ({ align }: TextColumn) => (align === "left" ? ' class="left"' : "");
  const heads = columns.map((column) => `<th scope="col"${kind(column)}>${escapeHtml(column.head)}</th>`).join("");
  const rows = columns[0].cells.map(
    (_, row) =>
      `<tr>${columns.map((column) => `<td${kind(column)}>${escapeHtml(column.cells[row])}</td>`).join("")}</tr>`,
  );
  return `<table><thead><tr>${heads}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table>`;
}
