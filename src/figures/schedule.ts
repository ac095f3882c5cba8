/** The schedule figure: how many of the visual tokens each layer keeps, for several budgets. */
import { EspalierError } from "../errors.js";
import {
  formatBudget,
  formatDivergence,
  meanKey,
  printable,
  type ResultMean,
  type ResultRow,
  type Results,
  type ResultsHead,
  seriesLabel,
} from "../export/index.js";
import { textWidth } from "./fonts.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG, INK } from "./theme.js";

/** Which schedules of a study are drawn, and how. */
export interface ScheduleOptions {
  /** Which series' schedules; the frontier's unless told. */
  readonly series?: string;
  /** Which budgets, in the results' budget unit; six spread over all of them unless told. */
  readonly budgets?: readonly number[];
  /** One small chart a budget, or all of them as steps in one; "multiples" unless told. */
  readonly layout?: "multiples" | "overlaid";
  /** Width of the whole figure in pixels; 600 unless told, 280 at least. */
  readonly width?: number;
  /** First line above the figure; series and selector unless told; null for none. */
  readonly title?: string | null;
}

/** Most schedules in one figure; more would be too small to read. */
const MOST_SCHEDULES = 12;

function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}

/** The means to draw, by rising cost. */
function chosenMeans(results: ResultsHead, options: ScheduleOptions): ResultMean[] {
  const onFrontier = new Set(results.frontier.map(meanKey));
  const candidates = results.means
    .filter((mean) => (options.series === undefined ? onFrontier.has(meanKey(mean)) : mean.series === options.series))
    .sort((a, b) => a.cost.share - b.cost.share);
  if (candidates.length === 0) {
    const what = options.series === undefined ? "on the frontier" : `of the series "${options.series}"`;
    throw new EspalierError(`There is no schedule to draw: the results hold no mean ${what}. Evaluate one first.`);
  }
  if (options.budgets === undefined) return spread(candidates, 6);
  if (options.budgets.length < 1 || options.budgets.length > MOST_SCHEDULES) {
    throw new EspalierError(
      `A schedule figure draws 1 to ${MOST_SCHEDULES} budgets; ${options.budgets.length} were asked for. Choose fewer.`,
    );
  }
  return options.budgets.map((budget) => {
    const mean = candidates.find(
      (one) => one.budget !== null && Math.abs(one.budget - budget) <= 1e-9 * Math.max(1, Math.abs(budget)),
    );
    if (mean !== undefined) return mean;
    const known = candidates.filter((one) => one.budget !== null).map((one) => one.budget);
    throw new EspalierError(
      `The results hold no schedule for budget ${budget}; they have ${known.join(", ") || "none with a budget"}. Choose one of these.`,
    );
  });
}

function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

/** Kept shares at each layer over the samples of each mean, sorted; nothing without rows. */
function sharesBySample(rows: Iterable<ResultRow>, means: readonly ResultMean[]): Map<string, number[][]> {
  const shares = new Map(means.map((mean) => [meanKey(mean), mean.meanCounts.map((): number[] => [])]));
  for (const row of rows) {
    const layers = shares.get(meanKey(row));
    if (layers === undefined || row.visualTokens === 0) continue;
    row.counts.forEach((count, i) => {
      layers[i]?.push(count / row.visualTokens);
    });
  }
  for (const layers of shares.values()) for (const layer of layers) layer.sort((a, b) => a - b);
  return shares;
}

/** A layer of a schedule as a flat record, as it stands in the specification's data. */
export interface LayerRecord {
  readonly panel: string;
  readonly order: number;
  readonly layer: number;
  readonly kept: number;
  readonly count: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly description: string;
}

function panelName(mean: ResultMean, detailed: boolean): string {
  const name = mean.budget === null ? printable(mean.configuration) : formatBudget(mean.budget, mean.unit);
  return detailed ? `${name}  ·  ${formatDivergence(mean.divergence.mean)} nats` : name;
}

function records(
  results: ResultsHead & { rows?: Iterable<ResultRow> },
  means: readonly ResultMean[],
  detailed: boolean,
): LayerRecord[] {
  const shares = sharesBySample(results.rows ?? [], means);
  return means.flatMap((mean, order) => {
    const panel = panelName(mean, detailed);
    return mean.meanCounts.map((count, layer) => {
      const kept = mean.visualTokens === 0 ? 0 : count / mean.visualTokens;
      const samples = shares.get(meanKey(mean))![layer]!;
      const [low, high] = samples.length < 2 ? [kept, kept] : [quantile(samples, 0.1), quantile(samples, 0.9)];
      const varies = high - low > 1e-9;
      const description = `${panel}, layer ${layer}: ${Number(count.toFixed(1))} visual tokens, ${(kept * 100).toFixed(1)}%`;
      return { panel, order, layer, kept, count, low: varies ? low : null, high: varies ? high : null, description };
    });
  });
}

/** Sky blue to deep blue, pale for small budgets: an ordered quantity gets an ordered colour. */
function shade(position: number): string {
  const [from, to] = [
    [126, 186, 226],
    [0, 68, 116],
  ] as const;
  const channel = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * position);
  return `#${([0, 1, 2] as const).map((i) => channel(i).toString(16).padStart(2, "0")).join("")}`;
}

function layerTicks(layers: number): number[] {
  const step = [1, 2, 4, 5, 10, 20, 50, 100].find((s) => (layers - 1) / s <= 8) ?? Math.ceil(layers / 8);
  return Array.from({ length: Math.floor((layers - 1) / step) + 1 }, (_, i) => i * step);
}

/**
 * The Vega-Lite specification of one or more schedules: the kept share of the original visual tokens at each layer, mean
 * over the samples. With rows, a thin line spans the middle four fifths of the samples where their counts differ.
 *
 * @param results their means are drawn; rows, if there are any, give the spread over samples.
 * @throws EspalierError when there is no such series or budget.
 *
 * @example
 * const svg = await renderSvg(scheduleSpecification(await study.results(), { budgets: [0.1, 0.3] }));
 */
export function scheduleSpecification(
  results: ResultsHead | Results,
  options: ScheduleOptions = {},
): FigureSpecification {
  const means = chosenMeans(results, options);
  const overlay = options.layout === "overlaid";
  const data = records(results, means, !overlay);
  const panels = [...new Set(data.map((record) => record.panel))];
  const totalWidth = Math.max(280, options.width ?? 600);
  const names = [...new Set(means.map((mean) => seriesLabel(printable(mean.series))))].join(", ");
  const { low, high } = results.data.visualTokens;
  const tokens = low === high ? `${low}` : `${low}–${high}`;
  const varies = data.some((record) => record.low !== null);
  const subtitle = [
    `Visual tokens kept at each layer, share of the original ${tokens}`,
    `Mean over ${means[0]!.samples.toLocaleString("en")} samples${varies && !overlay ? "; thin lines: middle 80% of the samples" : ""}`,
  ];
  const base = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `Visual tokens kept per layer at ${panels.length} budgets.`,
    padding: 8,
    config: CONFIG,
    datasets: { layers: data },
  };
  const title =
    options.title === null
      ? {}
      : {
          title: { text: printable(options.title ?? `Schedules of ${names}, selector ${results.selector}`), subtitle },
        };
  const body = overlay
    ? overlaid(data, panels, results.model.layers, totalWidth)
    : multiples(panels, results.model.layers, totalWidth);
  return { ...base, ...title, ...body };
}

const yScale = { domain: [0, 1], nice: false };
const description = { field: "description", type: "nominal" };
const tooltip = [{ field: "description", type: "nominal", title: "layer" }];

/** One small chart a panel, in rows. Draws from the dataset `layers`. */
export function multiples(panels: readonly string[], layers: number, totalWidth: number) {
  const columns = Math.min(panels.length, totalWidth < 420 ? 2 : 3);
  const gap = 18;
  const width = Math.floor((totalWidth - 62 - gap * (columns - 1)) / columns);
  const x = {
    field: "layer",
    type: "ordinal",
    scale: { paddingInner: layers > 40 ? 0 : 0.14, paddingOuter: 0.1 },
    axis: { title: null, values: layerTicks(layers), labelAngle: 0, ticks: false, domainColor: INK.axis },
  };
  const y = {
    field: "kept",
    type: "quantitative",
    scale: yScale,
    axis: { title: null, values: [0, 0.5, 1], format: "~%" },
  };
  return {
    data: { name: "layers" },
    facet: {
      field: "panel",
      type: "nominal",
      sort: [...panels],
      title: null,
      header: { labelAnchor: "start", labelPadding: 5, labelLimit: width },
    },
    columns,
    spacing: { row: 16, column: gap },
    spec: {
      width,
      height: 92,
      layer: [
        {
          mark: { type: "bar", cornerRadiusEnd: 1 },
          encoding: { x, y, color: { value: "#0072b2" }, description, tooltip },
        },
        {
          transform: [{ filter: "datum.low !== null" }],
          mark: { type: "rule", color: INK.text, opacity: 0.55, strokeWidth: 1, aria: false },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
        },
      ],
    },
    resolve: { axis: { x: "independent" } },
  };
}

/** Heights for labels at the right end of the lines, pushed apart to a line's height. */
function spreadLabels(ends: readonly number[], height: number, lineHeight: number): number[] {
  const order = ends.map((end, i) => ({ at: height * (1 - end), i })).sort((a, b) => a.at - b.at || b.i - a.i);
  for (let i = 1; i < order.length; i++) order[i]!.at = Math.max(order[i]!.at, order[i - 1]!.at + lineHeight);
  let floor = height;
  for (let i = order.length - 1; i >= 0; i--) {
    order[i]!.at = Math.min(order[i]!.at, floor);
    floor = order[i]!.at - lineHeight;
  }
  const places = new Array<number>(ends.length);
  for (const { at, i } of order) places[i] = at;
  return places;
}

function overlaid(data: readonly LayerRecord[], panels: readonly string[], layers: number, totalWidth: number) {
  const height = 240;
  const margin = 12 + Math.max(...panels.map((panel) => textWidth(panel, { fontSize: 10.5 })));
  const width = Math.round(totalWidth - 62 - margin);
  const colours = panels.map((_, i) => shade(panels.length === 1 ? 1 : i / (panels.length - 1)));
  const inks = panels.map((_, i) => shade(panels.length === 1 ? 1 : 0.5 + i / (2 * (panels.length - 1))));
  const places = spreadLabels(
    panels.map((panel) => data.findLast((record) => record.panel === panel)!.kept),
    height,
    13,
  );
  const x = {
    field: "layer",
    type: "quantitative",
    scale: { domain: [0, layers], nice: false },
    axis: {
      ...{ title: "Layer →", titleAnchor: "end", ticks: false, format: "d" },
      // A layer is the stretch up to the next one: its number stands in the middle.
      ...{ values: layerTicks(layers).map((layer) => layer + 0.5), labelExpr: "datum.value - 0.5" },
    },
  };
  const y = {
    field: "kept",
    type: "quantitative",
    scale: yScale,
    axis: {
      title: null,
      values: [0, 0.25, 0.5, 0.75, 1],
      format: "~%",
    },
  };
  const color = { field: "panel", type: "nominal", scale: { domain: [...panels], range: colours }, legend: null };
  const last = panels.map((panel) => ({ ...data.findLast((record) => record.panel === panel)!, layer: layers }));
  return {
    width,
    height,
    layer: [
      {
        // A layer's share holds until the next layer begins: the last one needs an end.
        data: { values: [...data, ...last] },
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.8, clip: true },
        encoding: { x, y, color, description: { field: "panel", type: "nominal" }, tooltip },
      },
      {
        data: { values: panels.map((panel, i) => ({ panel, y: places[i] })) },
        mark: { type: "text", align: "left", baseline: "middle", fontWeight: "bold" },
        encoding: {
          x: { value: width + 6 },
          y: { field: "y", type: "quantitative", scale: null, axis: null },
          text: { field: "panel", type: "nominal" },
          color: { ...color, scale: { domain: [...panels], range: inks }, legend: null },
        },
      },
    ],
    resolve: { scale: { y: "independent", color: "independent" } },
  };
}
