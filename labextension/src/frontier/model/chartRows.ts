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
const MOST_VERTICES = 2_000;

export interface RowWords {
  /** What a point is, in a sentence. */
  readonly describe: (point: number) => string;
  readonly unpruned: string;
}

/** @param styles by the series' place. */
export function chartRows(scene: FrontierScene, styles: readonly SeriesStyle[], words: RowWords): ChartRows {
  // What is drawn last is on top: the first series.
  const fronts = scene.shownSeries.reverse().map((series) => ({ series, points: scene.frontOf(series) }));
  const row = (point: number): PointRow => pointRow(scene, styles, point, words.describe(point));
  const bare = (point: number): PointRow => pointRow(scene, styles, point, "");
  const lines = (kind: string) =>
    fronts
      .filter(({ series }) => scene.data.series[series]!.kind === kind)
      .flatMap(({ points }) => spread(points, MOST_VERTICES))
      .map(bare);
  const whiskered = fronts.filter(({ points }) => points.length <= MOST_WHISKERS).flatMap(({ points }) => points);
  const intervals = whiskered
    .slice(-MOST_MARKS / 2)
    .map(bare)
    .filter(({ low, high }) => low !== null && high !== null);
  const left = MOST_MARKS - intervals.length;
  const all = fronts.flatMap(({ points }) => points);
  const share = left / Math.max(left, all.length);
  const marks = fronts.flatMap(({ points }) => spread(points, Math.floor(points.length * share)));
  const limits = (key: string) =>
    scene.data.constraints.filter(({ axis }) => axis === key).map(({ value, label }) => ({ at: value, label }));
  const unpruned = scene.data.unpruned.get(scene.metricAxis.key);
  return {
    curves: lines("curve"),
    stairs: lines("cloud"),
    intervals,
    marks: marks.slice(0, left).map(row),
    across: limits(scene.costAxis.key),
    up: [...limits(scene.metricAxis.key), ...(unpruned === undefined ? [] : [{ at: unpruned, label: words.unpruned }])],
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
