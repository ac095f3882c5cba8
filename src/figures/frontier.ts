/** The frontier figure: cost against divergence, with accuracy below it where there is one. */
import { EspalierError } from "../errors.js";
import {
  type CostUnit,
  type FrontierPoint,
  formatPercent,
  modelLabel,
  printable,
  type ResultsHead,
} from "../export/index.js";
import { directLabels, pixelOf } from "./directLabels.js";
import { textWidth } from "./fonts.js";
import { frontierPanel, type PanelFrame, PERCENT_UNITS } from "./frontierPanel.js";
import { type FigurePoint, type FigureSeries, figureSeries, type MeanPoints } from "./frontierPoints.js";
import { keyPanel } from "./key.js";
import { type AxisScale, divergenceScale, linearScale } from "./scales.js";
import type { FigureSpecification } from "./specification.js";
import { CONFIG, seriesStyles } from "./theme.js";
import { thin } from "./thin.js";

/** How a frontier is drawn. */
export interface FrontierOptions {
  /** Unit of the cost axis; the results' budget unit unless told. */
  readonly unit?: CostUnit;
  /** Kind of the divergence axis; "auto" unless told (`scales.ts`). */
  readonly divergenceScale?: "auto" | "linear" | "log" | "symlog";
  /** Whether the accuracy panel is drawn; where the results have accuracies unless told. */
  readonly accuracy?: boolean;
  /** Only these series; unless told, all but the reference grid on the samples that it chooses on. */
  readonly series?: readonly string[];
  /** Width of the whole figure in pixels; 600 unless told, 280 at least. */
  readonly width?: number;
  /** Height of the divergence panel in pixels; 280 unless told. */
  readonly height?: number;
  /** First line above the figure; model and data unless told; null for none. */
  readonly title?: string | null;
  /** Most dominated points drawn, of all series together; 1,000 unless told. The figure says when it left some out. */
  readonly maximumDominated?: number;
}

/** What the figure takes of results, but for its heading. */
type Drawn = MeanPoints & Pick<ResultsHead, "budgetUnit" | "unpruned" | "accuracyMetric">;

/** Longer frontiers are drawn without whiskers, and a cloud's without marks: they would run into each other. */
const MOST_WHISKERS = 40;
const MOST_CLOUD_MARKS = 10;

function costScale(points: readonly FigurePoint[], unit: CostUnit): AxisScale {
  const costs = points.map((point) => point.cost);
  const least = costs.reduce((a, b) => Math.min(a, b));
  const most = costs.reduce((a, b) => Math.max(a, b));
  // From zero, unless two fifths of the plot would stay empty: no schedule costs less than its floor.
  const limit = PERCENT_UNITS.includes(unit) ? ([Number.NEGATIVE_INFINITY, 1] as const) : undefined;
  return linearScale(costs, { zero: least < 0.4 * most, ticks: 6, ...(limit === undefined ? {} : { limit }) });
}

/** The points that each kind of mark draws; what is drawn last is on top, so the search, first in the list, ends it. */
function datasetsOf(series: readonly FigureSeries[], faded: readonly FigurePoint[], results: Drawn) {
  const drawn = [...series].reverse();
  const points = (list: readonly FigureSeries[]) => list.flatMap((one) => one.frontier);
  const clouds = points(drawn.filter((one) => one.kind === "cloud"));
  const marked = drawn.filter((one) => one.kind === "curve" || one.frontier.length <= MOST_CLOUD_MARKS);
  const unpruned = results.unpruned?.accuracy?.mean;
  return {
    dominated: faded,
    clouds,
    curves: points(drawn.filter((one) => one.kind === "curve")),
    intervals: points(marked.filter((one) => one.frontier.length <= MOST_WHISKERS)),
    marks: points(marked),
    unpruned: unpruned === undefined ? [] : [{ accuracy: unpruned, label: `unpruned ${formatPercent(unpruned)}` }],
  };
}

/** Whether a line goes up somewhere, as one may whose points were chosen on other samples than they are scored on. */
function rises({ kind, frontier }: FigureSeries): boolean {
  return kind === "curve" && frontier.some((point, i) => i > 0 && point.divergence > frontier[i - 1]!.divergence);
}

function heading(
  results: ResultsHead,
  title: string | undefined,
  series: readonly FigureSeries[],
  [drawn, dominated]: readonly [number, number],
) {
  const number = (value: number) => value.toLocaleString("en");
  const rising = series.some(rises) ? "; chosen on validation samples, scored on these, so a line may rise" : "";
  const left = drawn < dominated ? `; ${number(drawn)} of ${number(dominated)} dominated points drawn` : "";
  return {
    text: printable(title ?? `${modelLabel(results.model)} on ${results.data.name}`),
    subtitle: [
      printable(`${number(results.data.samples)} samples · selector ${results.selector}`) +
        printable(` · kernel function ${results.kernelFunction}`),
      `Whiskers: ${formatPercent(results.intervals.level)} intervals${rising}${left}`,
    ],
  };
}

/**
 * The Vega-Lite specification of the frontier: what every configuration costs and how far its answers are from the
 * unpruned model's. Each series has its colour, shape and dash; points beside the results' frontier, or that another of
 * their series dominates, are faded; lines join the others, straight for a series that was asked for by budget, as a staircase for a mere set of
 * configurations. Whiskers are the intervals of the results. Data are inside; nothing is loaded.
 *
 * @param results their `means` are drawn; `rows` are not needed.
 * @throws EspalierError when no mean states its cost in the unit asked for.
 *
 * @example
 * const svg = await renderSvg(frontierSpecification(await study.results(), { unit: "share" }));
 */
export function frontierSpecification(results: ResultsHead, options: FrontierOptions = {}): FigureSpecification {
  const { title } = options;
  return draw(results, options, (series, counts) =>
    title === null ? {} : { title: heading(results, title, series, counts) },
  );
}

/**
 * The same figure of points alone, as a study's `frontier` gives them, without the facts that stand above a figure of results.
 *
 * @param options.title default none.
 * @throws EspalierError when no point states its cost in the unit asked for.
 *
 * @example
 * const svg = await renderSvg(pointsSpecification(await study.frontier()));
 */
export function pointsSpecification(
  points: readonly FrontierPoint[],
  options: Omit<FrontierOptions, "series"> = {},
): FigureSpecification {
  const { title } = options;
  const drawn: Drawn = {
    means: points,
    frontier: points,
    budgetUnit: "normalised",
    unpruned: null,
    accuracyMetric: null,
  };
  return draw(drawn, options, () => (typeof title === "string" ? { title: printable(title) } : {}));
}

function draw(
  results: Drawn,
  options: FrontierOptions,
  titled: (series: readonly FigureSeries[], counts: readonly [number, number]) => object,
): FigureSpecification {
  const unit = options.unit ?? results.budgetUnit;
  const series = figureSeries(results, unit, options.series);
  const everything = series.flatMap((one) => [...one.frontier, ...one.dominated]);
  if (everything.length === 0) {
    const wanted = options.series === undefined ? "" : ` of the series ${options.series.join(", ")}`;
    throw new EspalierError(
      `There is nothing to draw: the results hold no mean${wanted} with a cost in ${unit}. Evaluate a configuration first, or choose another unit or series.`,
    );
  }
  const x = costScale(everything, unit);
  const y = divergenceScale(
    everything.map((point) => point.divergence),
    options.divergenceScale,
  );
  const height = options.height ?? 280;
  const tickLabels = [...y.ticks.map(String), "100%"];
  const gutter = 14 + Math.max(...tickLabels.map((label) => textWidth(label, { fontSize: 10.5 })));
  const width = Math.round(Math.max(280, options.width ?? 600) - gutter - 20);
  const plot = { x, y, width, height };

  const dominated = series.flatMap((one) => one.dominated);
  const places = dominated.map((point) => pixelOf(plot, point.cost, point.divergence));
  const faded = thin(places, options.maximumDominated ?? 1_000).map((i) => dominated[i]!);
  const labels = directLabels(series, faded, plot);
  const datasets = { ...datasetsOf(series, faded, results), labels: labels ?? [] };

  const filled = new Set(Object.entries(datasets).flatMap(([name, points]) => (points.length > 0 ? [name] : [])));
  const styles = seriesStyles(series.map((one) => one.name));
  const frame: PanelFrame = { unit, x, width, gutter, styles, filled };
  const panels: unknown[] = [];
  const withAccuracy = options.accuracy ?? everything.some((point) => point.accuracy !== null);
  const title = "↓ Divergence from the unpruned model, nats";
  panels.push(frontierPanel(frame, { metric: "divergence", y, title, height, lowest: !withAccuracy }));
  if (withAccuracy) {
    const seen = [...datasets.intervals.flatMap((point) => [point.accuracyLow, point.accuracyHigh])];
    seen.push(
      ...[...faded, ...datasets.clouds, ...datasets.marks, ...datasets.unpruned].map((point) => point.accuracy),
    );
    const axis = linearScale(
      seen.filter((value) => value !== null),
      { ticks: 4, limit: [0, 1] },
    );
    const metric = results.accuracyMetric === null ? "accuracy" : printable(results.accuracyMetric);
    panels.push(
      frontierPanel(frame, {
        metric: "accuracy",
        y: axis,
        title: `↑ ${metric.charAt(0).toUpperCase()}${metric.slice(1)}`,
        height: Math.round(height * 0.42),
        lowest: true,
      }),
    );
  }
  if (labels === null) panels.push(keyPanel(series, styles, width));
  const specification = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: `Cost against divergence of ${everything.length} configurations in ${series.length} series.`,
    ...titled(series, [faded.length, dominated.length]),
    padding: 8,
    config: CONFIG,
    datasets,
    vconcat: panels,
    spacing: 34,
  };
  return specification;
}
