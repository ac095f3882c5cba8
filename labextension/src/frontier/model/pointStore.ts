/** The evaluated configurations as columns that grow: appending costs no copy of what is there. */
import type { FrontierData, MetricColumn, PointColumns } from "../../data/index.js";

/** The columns of a metric; as long as the room, filled up to the store's length. NaN where there is none. */
export type StoredMetric = { readonly [K in keyof MetricColumn]-?: Float64Array };

interface Columns {
  readonly series: Int32Array;
  readonly budget: Float64Array;
  /** The highest place of any point up to this one, so that a point in time is a length of the columns. */
  readonly time: Float64Array;
  readonly costs: ReadonlyMap<string, Float64Array>;
  readonly metrics: ReadonlyMap<string, StoredMetric>;
}

export interface Appended {
  /** Whether points that were there have other values now. */
  readonly rewritten: boolean;
  readonly added: number;
}

export class PointStore {
  readonly #costs: readonly string[];
  readonly #metrics: readonly string[];
  readonly #ids: string[] = [];
  readonly #labels: string[] = [];
  readonly #shares: (readonly number[] | null)[] = [];
  readonly #indices = new Map<string, number>();
  /** How many points `#indices` has. */
  #indexed = 0;
  #columns: Columns;
  #room: number;

  constructor({ costs, metrics, points }: Pick<FrontierData, "costs" | "metrics" | "points">) {
    this.#costs = costs.map(({ key }) => key);
    this.#metrics = metrics.map(({ key }) => key);
    this.#room = Math.max(64, points.length + (points.length >> 2));
    this.#columns = this.#makeColumns();
    this.append(points);
  }

  get length(): number {
    return this.#ids.length;
  }

  /** Columns hold for as long as nothing is appended. */
  get series(): Int32Array {
    return this.#columns.series;
  }

  get budget(): Float64Array {
    return this.#columns.budget;
  }

  cost(key: string): Float64Array {
    return this.#columns.costs.get(key)!;
  }

  metric(key: string): StoredMetric {
    return this.#columns.metrics.get(key)!;
  }

  id(i: number): string {
    return this.#ids[i]!;
  }

  label(i: number): string {
    return this.#labels[i]!;
  }

  shares(i: number): readonly number[] | null {
    return this.#shares[i]!;
  }

  /** The place of a point in the columns; −1 where it is not there. */
  indexOf(id: string | null): number {
    if (id === null) return -1;
    this.prepare();
    return this.#indices.get(id) ?? -1;
  }

  /** The place among all evaluations that had been reached when this point came. */
  time(i: number): number {
    return this.#columns.time[i]!;
  }

  /** How many points there were at a time. */
  lengthAt(time: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#columns.time[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds points of the same axes and series. One whose id is there already takes the place of the former. */
  append(points: PointColumns): Appended {
    const before = this.length;
    this.#reserve(before + points.length);
    if (before === 0) {
      for (let i = 0; i < points.length; i++) this.#add(points.id[i]!, points.order[i]!);
      this.#copyAll(points, 0);
      return { rewritten: false, added: points.length };
    }
    this.prepare();
    const places = points.id.map((id, i) => this.#indices.get(id) ?? this.#add(id, points.order[i]!));
    this.prepare();
    const added = this.length - before;
    // Nearly always all are new: whole columns are copied at once.
    if (added === points.length) this.#copyAll(points, before);
    return { rewritten: added < points.length && this.#copyEach(points, places, before), added };
  }

  /** Makes ready what finds points by their ids: of many that takes a while, and is not needed to draw them. */
  prepare(): void {
    for (; this.#indexed < this.length; this.#indexed++) this.#indices.set(this.#ids[this.#indexed]!, this.#indexed);
  }

  #add(id: string, order: number): number {
    const place = this.length;
    const { time } = this.#columns;
    time[place] = place === 0 ? order : Math.max(order, time[place - 1]!);
    this.#ids.push(id);
    return place;
  }

  #copyAll(points: PointColumns, to: number): void {
    const { series, budget, costs, metrics } = this.#columns;
    for (let i = 0; i < points.length; i++) {
      this.#labels.push(points.label[i]!);
      this.#shares.push(points.shares[i]!);
    }
    series.set(points.series, to);
    budget.set(points.budget, to);
    for (const [key, column] of costs) column.set(points.costs.get(key)!, to);
    for (const [key, column] of metrics) {
      const { value, low, high } = points.metrics.get(key)!;
      column.value.set(value, to);
      for (const [target, source] of [[column.low, low] as const, [column.high, high] as const]) {
        if (source === null) target.fill(Number.NaN, to, to + points.length);
        else target.set(source, to);
      }
    }
  }

  /** @returns whether a point that was there before has other values now. */
  #copyEach(points: PointColumns, places: readonly number[], before: number): boolean {
    const { series, budget, costs, metrics } = this.#columns;
    let rewritten = false;
    places.forEach((to, from) => {
      if (to < before && this.#differs(to, points, from)) rewritten = true;
      this.#labels[to] = points.label[from]!;
      this.#shares[to] = points.shares[from] ?? this.#shares[to] ?? null;
      series[to] = points.series[from]!;
      budget[to] = points.budget[from]!;
      for (const [key, column] of costs) column[to] = points.costs.get(key)![from]!;
      for (const [key, column] of metrics) {
        const source = points.metrics.get(key)!;
        column.value[to] = source.value[from]!;
        column.low[to] = source.low?.[from] ?? Number.NaN;
        column.high[to] = source.high?.[from] ?? Number.NaN;
      }
    });
    return rewritten;
  }

  #differs(at: number, points: PointColumns, from: number): boolean {
    const { costs, metrics } = this.#columns;
    return (
      [...costs].some(([key, column]) => !Object.is(column[at], points.costs.get(key)![from])) ||
      [...metrics].some(([key, column]) =>
        (["value", "low", "high"] as const).some(
          (edge) => !Object.is(column[edge][at], points.metrics.get(key)![edge]?.[from] ?? Number.NaN),
        ),
      )
    );
  }

  #reserve(length: number): void {
    if (length <= this.#room) return;
    this.#room = Math.max(length, 2 * this.#room);
    const old = this.#columns;
    this.#columns = this.#makeColumns();
    this.#columns.series.set(old.series);
    this.#columns.budget.set(old.budget);
    this.#columns.time.set(old.time);
    for (const [key, column] of this.#columns.costs) column.set(old.costs.get(key)!);
    for (const [key, column] of this.#columns.metrics)
      for (const edge of ["value", "low", "high"] as const) column[edge].set(old.metrics.get(key)![edge]);
  }

  #makeColumns(): Columns {
    const column = () => new Float64Array(this.#room);
    return {
      series: new Int32Array(this.#room),
      budget: column(),
      time: column(),
      costs: new Map(this.#costs.map((key) => [key, column()])),
      metrics: new Map(this.#metrics.map((key) => [key, { value: column(), low: column(), high: column() }])),
    };
  }
}
