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
  readonly #places = new Map<string, number>();
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
    return id === null ? -1 : (this.#places.get(id) ?? -1);
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
    this.#reserve(this.length + points.length);
    const before = this.length;
    const columns = this.#columns;
    let rewritten = false;
    for (let from = 0; from < points.length; from++) {
      const id = points.id[from]!;
      const known = this.#places.get(id);
      const to = known ?? this.length;
      if (known === undefined) {
        this.#places.set(id, to);
        this.#ids.push(id);
        columns.time[to] = Math.max(points.order[from]!, to === 0 ? Number.NEGATIVE_INFINITY : columns.time[to - 1]!);
      } else if (this.#differs(known, points, from)) rewritten = true;
      this.#labels[to] = points.label[from]!;
      this.#shares[to] = points.shares[from] ?? this.#shares[to] ?? null;
      columns.series[to] = points.series[from]!;
      columns.budget[to] = points.budget[from]!;
      for (const [key, column] of columns.costs) column[to] = points.costs.get(key)![from]!;
      for (const [key, column] of columns.metrics) {
        const source = points.metrics.get(key)!;
        column.value[to] = source.value[from]!;
        column.low[to] = source.low?.[from] ?? Number.NaN;
        column.high[to] = source.high?.[from] ?? Number.NaN;
      }
    }
    return { rewritten, added: this.length - before };
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
