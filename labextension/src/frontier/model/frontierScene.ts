/** What the plot shows: the points, the axes chosen, hidden series, the part looked at and the time, and what follows from them. */
import { type AxisScale, fromPixel, toPixel } from "../../../../src/figures/browser.js";
import type { AppendedPoints, Axis, FrontierData } from "../../data/index.js";
import { fullScale, judged, partScale, projection } from "./axisScales.js";
import { Places } from "./places.js";
import { PointStore } from "./pointStore.js";
import { ABSENT, ON_FRONTIER, type StandingChanges, type StandingColumns, Standings } from "./standings.js";
import { type Plot, panned, type Rectangle, type Zoom, zoomAbout, zoomOf } from "./zoom.js";

export interface SceneChanges extends StandingChanges {
  /** Everything lies elsewhere, or other points are there at all: what was drawn is void. */
  readonly everything: boolean;
}

/** Of the ids that a brush gives. */
const MOST_BRUSHED = 1_000;
/** In pixels; a mark of a frontier is larger, and is meant before what lies around it. */
const HIT_RADIUS = 14;
const FRONTIER_BONUS = 5;

export class FrontierScene {
  #data: FrontierData;
  #points: PointStore;
  #cost = 0;
  #metric = 0;
  readonly #hidden = new Set<number>();
  #zoom: Zoom | null = null;
  /** How many points there are at the time looked at; null for all, and all that come. */
  #cut: number | null = null;
  #width = 1;
  #height = 1;
  #full: Plot | null = null;
  #part: Plot | null = null;
  #standings: Standings;
  #places: Places | null = null;

  constructor(data: FrontierData) {
    this.#data = data;
    this.#points = new PointStore(data);
    this.#standings = new Standings(data.series.length);
  }

  /** All but its points, which are in `points`. */
  get data(): FrontierData {
    return this.#data;
  }

  get points(): PointStore {
    return this.#points;
  }

  get costAxis(): Axis {
    return this.#data.costs[this.#cost]!;
  }

  get metricAxis(): Axis {
    return this.#data.metrics[this.#metric]!;
  }

  /** Whether the budget, which is on the first cost axis, can be drawn. */
  get showsBudget(): boolean {
    return this.#cost === 0;
  }

  get zoom(): Zoom | null {
    return this.#zoom;
  }

  /** How many points there are at the time looked at. */
  get length(): number {
    return Math.min(this.#cut ?? Number.POSITIVE_INFINITY, this.#points.length);
  }

  /** Whether the time looked at is now. */
  get isLatest(): boolean {
    return this.#cut === null;
  }

  /** The whole plot. */
  get fullPlot(): Plot {
    this.#full ??= this.#makeFull();
    return this.#full;
  }

  /** The part that is looked at. */
  get plot(): Plot {
    const full = this.fullPlot;
    const zoom = this.#zoom;
    if (zoom === null) return full;
    this.#part ??= {
      ...full,
      x: partScale(full.x, zoom.x, ticksAlong(full.width)),
      y: partScale(full.y, zoom.y, ticksUp(full.height)),
    };
    return this.#part;
  }

  get places(): Places {
    if (this.#places === null) this.update();
    return this.#places!;
  }

  /** In pixels. */
  resize(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#rescale();
  }

  /** Shows other axes; what is zoomed into is left. @param cost, metric keys; unknown ones change nothing. */
  setAxes(cost: string, metric: string): void {
    const at = (axes: readonly Axis[], key: string, now: number) => {
      const found = axes.findIndex((axis) => axis.key === key);
      return found < 0 ? now : found;
    };
    this.#cost = at(this.#data.costs, cost, this.#cost);
    this.#metric = at(this.#data.metrics, metric, this.#metric);
    this.#zoom = null;
    this.#restart();
  }

  isHidden(series: number): boolean {
    return this.#hidden.has(series);
  }

  setHidden(series: number, hidden: boolean): void {
    if (hidden) this.#hidden.add(series);
    else this.#hidden.delete(series);
    this.#rescale();
  }

  setZoom(zoom: Zoom | null): void {
    this.#zoom = zoom;
    this.#part = null;
    this.#places = null;
  }

  /** @returns whether the rectangle was large enough. */
  zoomInto(rectangle: Rectangle): boolean {
    const zoom = zoomOf(this.plot, rectangle);
    if (zoom !== null) this.setZoom(zoom);
    return zoom !== null;
  }

  zoomBy(factor: number, at: readonly [number, number]): void {
    this.setZoom(zoomAbout(this.plot, this.fullPlot, at, factor));
  }

  panBy(across: number, up: number): void {
    if (this.#zoom !== null) this.setZoom(panned(this.plot, this.fullPlot, across, up));
  }

  /** @param length of the points to be shown; all there are, or more, for the latest. */
  setTime(length: number): void {
    const before = this.length;
    this.#cut = length >= this.#points.length ? null : Math.max(0, length);
    if (this.length < before) this.#restart();
  }

  append({ points, evaluated, hypervolume }: AppendedPoints): void {
    const { rewritten } = this.#points.append(points);
    this.#data = { ...this.#data, evaluated, hypervolume: hypervolume ?? this.#data.hypervolume };
    if (rewritten) this.#restart();
    else if (!this.#fits()) this.#rescale();
  }

  /**
   * Takes data that came in the place of others.
   *
   * @returns false where their axes or series are others, so that a new scene is wanted.
   */
  replace(data: FrontierData): boolean {
    if (shapeOf(data) !== shapeOf(this.#data)) return false;
    const isThinned = data.points.length < data.evaluated;
    if (isThinned && data.evaluated >= this.#points.length) {
      const { evaluated, hypervolume } = data;
      this.#data = data;
      this.append({ points: data.points, evaluated, hypervolume });
      return true;
    }
    this.#data = data;
    this.#points = new PointStore(data);
    if (this.#cut !== null && this.#cut >= data.points.length) this.#cut = null;
    this.#restart();
    return true;
  }

  /** Brings everything up to date. @returns what is another since the last call. */
  update(): SceneChanges {
    const everything = this.#places === null;
    const plot = this.plot;
    const { width, height } = plot;
    this.#places ??= new Places(width, height);
    const { length } = this;
    const [costs, values] = [this.#points.cost(this.costAxis.key), this.#points.metric(this.metricAxis.key).value];
    const [x, y] = [projection(plot.x, width), projection(plot.y, height)];
    this.#places.advance(
      length,
      (i) => x(costs[i]!),
      (i) => height - y(values[i]!),
    );
    const changes = this.#standings.advance(this.#columns(), length);
    return { ...changes, everything };
  }

  /** Whether a point is there at the time looked at, of a series that is not hidden, and has both numbers. */
  isShown(i: number): boolean {
    return this.standing(i) !== ABSENT;
  }

  /** One of `ABSENT`, `ON_FRONTIER`, `PROBABLY_DOMINATED`, `DOMINATED`. */
  standing(i: number): number {
    if (i < 0 || this.#hidden.has(this.#points.series[i]!)) return ABSENT;
    return this.#standings.of(i);
  }

  /**
   * By the series' place, a name to which the figures give a style: `search` and `grid` always theirs. Two series of one name
   * are still two.
   */
  get styleNames(): string[] {
    const seen = new Set<string>();
    return this.#data.series.map(({ name, role }) => {
      let own: string = role === "search" || role === "grid" ? role : name;
      while (seen.has(own)) own += " ";
      seen.add(own);
      return own;
    });
  }

  /** Places of series that are not hidden. */
  get shownSeries(): number[] {
    return this.#data.series.flatMap((_, s) => (this.#hidden.has(s) ? [] : [s]));
  }

  /** The points of a series' frontier from left to right. */
  frontOf(series: number): number[] {
    const points = [...this.#standings.front(series).points];
    return this.costAxis.better === "lower" ? points : points.reverse();
  }

  /** Points that are probably dominated, of series that are not hidden. */
  probable(): number[] {
    return this.shownSeries.flatMap((series) => [...this.#standings.probable(series)]);
  }

  /** The best point that costs no more than a budget on the axis drawn; −1 where there is none. */
  bestWithin(budget: number): number {
    const sign = this.costAxis.better === "lower" ? 1 : -1;
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (const series of this.shownSeries) {
      const front = this.#standings.front(series);
      const value = front.valueWithin(budget * sign);
      if (value < least) [best, least] = [front.pointWithin(budget * sign), value];
    }
    return best;
  }

  /** The point under a place of the plot; −1 where there is none. */
  hit(x: number, y: number): number {
    return this.places.nearest(x, y, HIT_RADIUS, (i) => {
      const standing = this.standing(i);
      if (standing === ABSENT) return null;
      return standing === ON_FRONTIER ? FRONTIER_BONUS : 0;
    });
  }

  /** Ids of the points in the part looked at, those on a frontier first; none where it is the whole. */
  brushed(): string[] {
    if (this.#zoom === null) return [];
    this.update();
    const inside = (wanted: boolean) => {
      const ids: string[] = [];
      for (let i = 0; i < this.length && ids.length < MOST_BRUSHED; i++) {
        if (!this.places.isInside(i) || !this.isShown(i)) continue;
        if ((this.#standings.of(i) === ON_FRONTIER) === wanted) ids.push(this.#points.id(i));
      }
      return ids;
    };
    return [...inside(true), ...inside(false)].slice(0, MOST_BRUSHED);
  }

  /** Pixels from the left of a value on the cost axis. */
  xOf(cost: number): number {
    return toPixel(this.plot.x, cost, this.#width);
  }

  /** Pixels from the bottom of a value on the metric's axis. */
  upOf(value: number): number {
    return toPixel(this.plot.y, value, this.#height);
  }

  costAt(x: number): number {
    return fromPixel(this.plot.x, x, this.#width);
  }

  #columns(): StandingColumns {
    const metric = this.#points.metric(this.metricAxis.key);
    return {
      ...metric,
      series: this.#points.series,
      cost: this.#points.cost(this.costAxis.key),
      costSign: this.costAxis.better === "lower" ? 1 : -1,
      valueSign: this.metricAxis.better === "lower" ? 1 : -1,
    };
  }

  #makeFull(): Plot {
    const counts = (i: number) => !this.#hidden.has(this.#points.series[i]!);
    const all = (column: Float64Array) => judged(column, this.#points.length, counts);
    const limits = (axis: Axis) => this.#data.constraints.flatMap((one) => (one.axis === axis.key ? [one.value] : []));
    const unpruned = this.#data.unpruned.get(this.metricAxis.key);
    const costs = [...all(this.#points.cost(this.costAxis.key)), ...limits(this.costAxis)];
    const values = [...all(this.#points.metric(this.metricAxis.key).value), ...limits(this.metricAxis)];
    if (unpruned !== undefined) values.push(unpruned);
    return {
      x: fullScale(this.costAxis, "cost", costs, ticksAlong(this.#width)),
      y: fullScale(this.metricAxis, "metric", values, ticksUp(this.#height)),
      width: this.#width,
      height: this.#height,
    };
  }

  /** Whether points that have come lie on the axes as they are. */
  #fits(): boolean {
    if (this.#full === null) return false;
    const { x, y } = this.#full;
    const costs = this.#points.cost(this.costAxis.key);
    const values = this.#points.metric(this.metricAxis.key).value;
    for (let i = this.#places?.length ?? 0; i < this.#points.length; i++)
      if (!holds(x, costs[i]!) || !holds(y, values[i]!)) return false;
    return true;
  }

  #rescale(): void {
    this.#full = null;
    this.#part = null;
    this.#places = null;
  }

  #restart(): void {
    this.#standings = new Standings(this.#data.series.length);
    this.#rescale();
  }
}

function holds({ domain: [low, high] }: AxisScale, value: number): boolean {
  return Number.isNaN(value) || (value >= low && value <= high);
}

function ticksAlong(width: number): number {
  return Math.max(3, Math.min(6, Math.floor(width / 80)));
}

function ticksUp(height: number): number {
  return Math.max(3, Math.min(6, Math.floor(height / 45)));
}

/** What has to be the same for points of two data to stand on one plot. */
function shapeOf({ widget, costs, metrics, series }: FrontierData): string {
  return JSON.stringify([widget, costs, metrics, series.map(({ name, label, kind }) => [name, label, kind])]);
}
