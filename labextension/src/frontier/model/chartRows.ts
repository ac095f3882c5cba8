/** What Vega draws, as flat rows: lines, whiskers and marks of the frontiers, and reference lines. */
import type { SeriesStyle } from "../../../../src/figures/browser.js";
import type { FrontierScene } from "./frontierScene.js";

/** A point as it stands in a specification's data; colours, shapes and dashes are values, so no scale is made of names. */
export interface PointRow {
  readonly cost: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly series: number;
  readonly colour: string;
  readonly shape: string;
  readonly dash: readonly number[];
  readonly description: string;
}

/** A limit, or the unpruned model's value. */
export interface ReferenceRow {
  readonly at: number;
  readonly label: string;
}

export interface ChartRows {
  /** Lines of series of the kind `curve` and, as stairs, of `cloud`. */
  readonly curves: readonly PointRow[];
  readonly stairs: readonly PointRow[];
  readonly intervals: readonly PointRow[];
  readonly marks: readonly PointRow[];
  /** On the cost axis, and on the metric's. */
  readonly across: readonly ReferenceRow[];
  readonly up: readonly ReferenceRow[];
}

/** Of whiskers and marks together. */
export const MOST_MARKS = 500;
/** A longer frontier is drawn without whiskers, which would run into each other. */
const MOST_WHISKERS = 40;
/** Vertices of one line. */
const MOST_VERTICES = 600;

/** A row of a point in one of the datasets; the same object for as long as the point stays what it is. */
export type RowOf = (dataset: keyof ChartRows, point: number) => PointRow;

/** @param unpruned what the unpruned model's line is called. */
export function chartRows(scene: FrontierScene, rowOf: RowOf, unpruned: string): ChartRows {
  // What is drawn last is on top: the first series.
  const fronts = scene.shownSeries.reverse().map((series) => ({ series, points: scene.frontOf(series) }));
  const lines = (dataset: "curves" | "stairs", kind: string) =>
    fronts
      .filter(({ series }) => scene.data.series[series]!.kind === kind)
      .flatMap(({ points }) => spread(points, MOST_VERTICES))
      .map((point) => rowOf(dataset, point));
  const whiskered = fronts.filter(({ points }) => points.length <= MOST_WHISKERS).flatMap(({ points }) => points);
  const intervals = whiskered
    .slice(-MOST_MARKS / 2)
    .map((point) => rowOf("intervals", point))
    .filter(({ low, high }) => low !== null && high !== null);
  const left = MOST_MARKS - intervals.length;
  const all = fronts.reduce((sum, { points }) => sum + points.length, 0);
  const share = left / Math.max(left, all);
  const marks = fronts.flatMap(({ points }) => spread(points, Math.floor(points.length * share)));
  const limits = (key: string) =>
    scene.data.constraints.filter(({ axis }) => axis === key).map(({ value, label }) => ({ at: value, label }));
  const whole = scene.data.unpruned.get(scene.metricAxis.key);
  return {
    curves: lines("curves", "curve"),
    stairs: lines("stairs", "cloud"),
    intervals,
    marks: marks.map((point) => rowOf("marks", point)),
    across: limits(scene.costAxis.key),
    up: [...limits(scene.metricAxis.key), ...(whole === undefined ? [] : [{ at: whole, label: unpruned }])],
  };
}

export function pointRow(
  scene: FrontierScene,
  styles: readonly SeriesStyle[],
  point: number,
  description: string,
): PointRow {
  const { points } = scene;
  const series = points.series[point]!;
  const { colour, shape, dash } = styles[series]!;
  const metric = points.metric(scene.metricAxis.key);
  const end = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    cost: points.cost(scene.costAxis.key)[point]!,
    value: metric.value[point]!,
    low: end(metric.low[point]!),
    high: end(metric.high[point]!),
    series,
    colour,
    shape,
    dash,
    description,
  };
}

/** At most so many of a list, evenly, with its ends, in order. */
function spread(list: readonly number[], most: number): number[] {
  if (list.length <= most) return [...list];
  const kept = new Set<number>();
  for (let i = 0; i < most; i++) kept.add(list[Math.round((i * (list.length - 1)) / Math.max(1, most - 1))]!);
  return list.filter((one) => kept.has(one));
}
