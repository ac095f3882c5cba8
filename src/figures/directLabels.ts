/** The frontier figure's labels: names placed beside their lines in pixels, handed to Vega-Lite in the data's units. */
import { textWidth } from "./fonts.js";
import type { FigurePoint, FigureSeries } from "./frontierPoints.js";
import { placeLabels } from "./labels.js";
import { type AxisScale, fromPixel, toPixel } from "./scales.js";

/** The divergence panel, in pixels. */
export interface Plot {
  readonly x: AxisScale;
  readonly y: AxisScale;
  readonly width: number;
  readonly height: number;
}

/** A label; the mark of its series stands at `key`, the text begins at `cost`. */
export interface SeriesLabel {
  readonly series: string;
  readonly label: string;
  readonly cost: number;
  readonly key: number;
  readonly divergence: number;
}

/** More series than this do not fit beside their lines. */
const MOST_LABELS = 8;
/** Room for a series' mark before its name, so that a label among parallel lines is still plainly one line's. */
const INDENT = 12;

/** Where a point lies on the plot; y grows downwards. */
export function pixelOf(plot: Plot, cost: number, divergence: number): readonly [number, number] {
  return [toPixel(plot.x, cost, plot.width), plot.height - toPixel(plot.y, divergence, plot.height)];
}

/** A cloud's frontier is a staircase: between two of its points nothing better is known than the cheaper one. */
function trail(series: FigureSeries, plot: Plot): (readonly [number, number])[] {
  const corners: (readonly [number, number])[] = [];
  for (const point of series.frontier) {
    const [x, y] = pixelOf(plot, point.cost, point.divergence);
    const last = corners.at(-1);
    if (series.kind === "cloud" && last !== undefined) corners.push([x, last[1]]);
    corners.push([x, y]);
  }
  return corners;
}

/**
 * Labels for the series, none for a single one.
 *
 * @param faded points that are better not covered.
 * @returns null when the series are too many, or one finds no place: then a key is wanted.
 */
export function directLabels(
  series: readonly FigureSeries[],
  faded: readonly FigurePoint[],
  plot: Plot,
): SeriesLabel[] | null {
  if (series.length < 2) return [];
  if (series.length > MOST_LABELS) return null;
  const whiskers = series
    .filter((one) => one.kind === "curve")
    .flatMap((one) => one.frontier)
    .flatMap((point) => [point.divergenceLow, point.divergenceHigh].map((end) => pixelOf(plot, point.cost, end)));
  const cloud = faded.map((point) => pixelOf(plot, point.cost, point.divergence));
  const lines = series.map((one) => ({
    width: INDENT + textWidth(one.label, { fontSize: 11, fontWeight: "bold" }),
    points: trail(one, plot),
  }));
  const places = placeLabels(lines, plot.width, plot.height, [...cloud, ...whiskers]);
  const labels: SeriesLabel[] = [];
  for (const [i, place] of places.entries()) {
    if (place === null) return null;
    labels.push({
      series: series[i]!.name,
      label: series[i]!.label,
      cost: fromPixel(plot.x, place.x + INDENT, plot.width),
      key: fromPixel(plot.x, place.x + 4, plot.width),
      divergence: fromPixel(plot.y, plot.height - place.y, plot.height),
    });
  }
  return labels;
}
