/**
 * What the frontier widget draws: MIME data of a notebook, version 1. Columns, not records: a tenth of the bytes.
 *
 * Unknown fields are passed over, so later versions may add some; a field that changes its meaning or goes away raises the
 * version and the MIME type's number.
 */
import { LIMITS } from "./limits.js";
import { Field } from "./reader.js";

export const FRONTIER_MIME = "application/vnd.espalier.frontier.v1+json";
export const DATA_VERSION = 1;

export const FORMATS = ["percent", "si", "number"] as const;
export const SCALES = ["linear", "log", "symlog", "auto"] as const;
export const ROLES = ["search", "grid", "control", "schedule", "rival"] as const;
export const KINDS = ["curve", "cloud"] as const;

/** A quantity that may stand on an axis. */
export interface Axis {
  /** Names its columns. */
  readonly key: string;
  readonly label: string;
  /** Empty for a pure number. */
  readonly unit: string;
  readonly format: (typeof FORMATS)[number];
  readonly better: "lower" | "higher";
  readonly scale: (typeof SCALES)[number];
}

/** Configurations that belong together. */
export interface Series {
  readonly name: string;
  /** For readers; the name where the data have none. */
  readonly label: string;
  readonly role: (typeof ROLES)[number];
  /** Joined by a line, or a mere set. */
  readonly kind: (typeof KINDS)[number];
  /** Layer-forwards that finding it took; null where unknown. */
  readonly searchCost: number | null;
}

/** Values of one quantity, with the interval around each; NaN where a point has none. */
export interface MetricColumn {
  readonly value: Float64Array;
  readonly low: Float64Array | null;
  readonly high: Float64Array | null;
}

/** One column per field, one entry per evaluated configuration, in the order of evaluation. */
export interface PointColumns {
  readonly length: number;
  /** `pointId` of series and label, not in the file; unique, and what a selection names. */
  readonly id: readonly string[];
  /** The configuration's name. */
  readonly label: readonly string[];
  /** Index into `series`. */
  readonly series: Int32Array;
  /** NaN where none was asked for. */
  readonly budget: Float64Array;
  /** Place among all evaluations of the study, rising. */
  readonly order: Float64Array;
  /** By key of the cost axes. */
  readonly costs: ReadonlyMap<string, Float64Array>;
  /** By key of the metric axes. */
  readonly metrics: ReadonlyMap<string, MetricColumn>;
  /** Kept share at each layer, [L], 0 … 1; null where it has to be asked for. */
  readonly shares: readonly (readonly number[] | null)[];
}

/** A paired difference between two points: a's mean minus b's. */
export interface PairedDifference {
  readonly a: string;
  readonly b: string;
  /** Key of a metric axis. */
  readonly metric: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number | null;
  readonly samples: number;
  /** Whether both cost the same. */
  readonly matched: boolean;
  /** In words: "a better", "b better", "not distinguishable". */
  readonly verdict: string;
}

export interface Constraint {
  /** Key of an axis of either kind. */
  readonly axis: string;
  readonly value: number;
  readonly label: string;
}

/** How the hypervolume grew. */
export interface HypervolumeLine {
  /** Of the search so far, in `unit`. */
  readonly cost: Float64Array;
  readonly value: Float64Array;
  readonly unit: string;
}

export interface FrontierData {
  readonly version: typeof DATA_VERSION;
  /** Names the comm while its kernel lives. */
  readonly widget: string;
  readonly title: string;
  readonly subtitle: string;
  /** At least one of each; the first is drawn at first. */
  readonly costs: readonly Axis[];
  readonly metrics: readonly Axis[];
  readonly series: readonly Series[];
  readonly points: PointColumns;
  /** Evaluated in all; the file may hold fewer, and the kernel has the others. */
  readonly evaluated: number;
  /** The unpruned model's metrics, by key. */
  readonly unpruned: ReadonlyMap<string, number>;
  readonly constraints: readonly Constraint[];
  readonly comparisons: readonly PairedDifference[];
  readonly hypervolume: HypervolumeLine | null;
  /** Of the two-way state, what it was when the file was written. */
  readonly selected: string | null;
  /** On the first cost axis. */
  readonly budget: number | null;
  readonly pinned: readonly string[];
  /** Code that recreates a selection: `{series}`, `{configuration}`, `{budget}` and `{shares}` stand for its values, as JSON. */
  readonly code: string | null;
}

/** @throws DataError: one sentence that names the field. */
export function readFrontier(json: unknown): FrontierData {
  const field = new Field(json);
  demandVersion(field);
  const costs = field.get("costs").list(LIMITS.items, readAxis);
  const metrics = field.get("metrics").list(LIMITS.items, readAxis);
  if (costs.length === 0) field.get("costs").fail("a list of at least one axis");
  if (metrics.length === 0) field.get("metrics").fail("a list of at least one axis");
  const series = field.get("series").list(LIMITS.items, readSeries);
  const axes = [...costs, ...metrics].map((axis) => axis.key);
  return {
    version: DATA_VERSION,
    widget: field.get("widget").string(),
    title: field.get("title").string(LIMITS.text),
    subtitle: field.get("subtitle").optional((one) => one.string(LIMITS.text)) ?? "",
    costs,
    metrics,
    series,
    points: readPoints(field.get("points"), { costs, metrics, series }),
    evaluated: field.get("evaluated").integer(0, Number.MAX_SAFE_INTEGER),
    unpruned: new Map(
      field.get("unpruned").optional((one) => one.entries(LIMITS.items).map(([key, value]) => [key, value.number()])) ??
        [],
    ),
    constraints:
      field.get("constraints").optional((one) => one.list(LIMITS.items, (item) => readConstraint(item, axes))) ?? [],
    comparisons: field.get("comparisons").optional((one) => one.list(LIMITS.rows, readDifference)) ?? [],
    hypervolume: field.get("hypervolume").optional(readHypervolume),
    selected: field.get("selected").optional((one) => one.string(2 * LIMITS.name)),
    budget: field.get("budget").optional((one) => one.number()),
    pinned: field.get("pinned").optional((one) => one.list(2, (item) => item.string(2 * LIMITS.name))) ?? [],
    code: field.get("code").optional((one) => one.string(LIMITS.text)),
  };
}

export function demandVersion(field: Field): void {
  const version = field.get("version");
  if (version.number() !== DATA_VERSION)
    version.fail(`${DATA_VERSION}, the version that this extension draws (a newer extension may draw it)`);
}

/** @throws DataError likewise. */
export function readAxis(field: Field): Axis {
  return {
    key: field.get("key").string(),
    label: field.get("label").string(),
    unit: field.get("unit").optional((one) => one.string()) ?? "",
    format: field.get("format").oneOf(FORMATS),
    better: field.get("better").oneOf(["lower", "higher"]),
    scale: field.get("scale").optional((one) => one.oneOf(SCALES)) ?? "auto",
  };
}

function readSeries(field: Field): Series {
  const name = field.get("name").string();
  return {
    name,
    label: field.get("label").optional((one) => one.string()) ?? name,
    role: field.get("role").oneOf(ROLES),
    kind: field.get("kind").oneOf(KINDS),
    searchCost: field.get("searchCost").optional((one) => one.number(0)),
  };
}

/** The id of a configuration. Series and configuration together are unique in a study. */
export function pointId(series: string, configuration: string): string {
  return `${series}/${configuration}`;
}

/**
 * Columns of points, of a file or of an `append` message.
 *
 * @throws DataError where columns differ in length or an entry is of another type.
 */
export function readPoints(
  field: Field,
  { costs, metrics, series }: Pick<FrontierData, "costs" | "metrics" | "series">,
): PointColumns {
  const of = (name: string): Field => field.get(name);
  const label = of("label").list(LIMITS.points, (one) => one.string());
  const { length } = label;
  const indices = of("series").numbers(length);
  indices.forEach((index, i) => {
    if (!Number.isInteger(index) || index < 0 || index >= series.length)
      new Field(index, `${of("series").path}[${i}]`).fail(`the place of one of the ${series.length} series`);
  });
  const id = label.map((name, i) => pointId(series[indices[i]!]!.name, name));
  const metric = (key: string): MetricColumn => {
    const column = of("metrics").get(key);
    const edge = (name: string) => column.get(name).optional((one) => one.numbers(length));
    return { value: column.get("value").numbers(length), low: edge("low"), high: edge("high") };
  };
  const shares = of("shares").optional((one) =>
    one.list(LIMITS.points, (row) => row.optional((given) => given.list(LIMITS.layers, (share) => share.number(0, 1)))),
  );
  if (shares !== null && shares.length !== length) of("shares").fail(`a list of ${length} entries`);
  return {
    length,
    id,
    label,
    series: Int32Array.from(indices),
    budget: of("budget").optional((one) => one.numbers(length)) ?? new Float64Array(length).fill(Number.NaN),
    order: of("order").optional((one) => one.numbers(length)) ?? Float64Array.from(label, (_, i) => i),
    costs: new Map(costs.map(({ key }) => [key, of("costs").get(key).numbers(length)])),
    metrics: new Map(metrics.map(({ key }) => [key, metric(key)])),
    shares: shares ?? Array.from(id, () => null),
  };
}

function readConstraint(field: Field, axes: readonly string[]): Constraint {
  return {
    axis: field.get("axis").oneOf(axes),
    value: field.get("value").number(),
    label: field.get("label").string(),
  };
}

/** @throws DataError likewise. */
export function readDifference(field: Field): PairedDifference {
  return {
    a: field.get("a").string(2 * LIMITS.name),
    b: field.get("b").string(2 * LIMITS.name),
    metric: field.get("metric").string(),
    difference: field.get("difference").number(),
    low: field.get("low").number(),
    high: field.get("high").number(),
    p: field.get("p").optional((one) => one.number(0, 1)),
    samples: field.get("samples").integer(1, Number.MAX_SAFE_INTEGER),
    matched: field.get("matched").boolean(),
    verdict: field.get("verdict").string(),
  };
}

/** @throws DataError likewise. */
export function readHypervolume(field: Field): HypervolumeLine {
  const cost = field.get("cost").list(LIMITS.rows, (one) => one.number());
  return {
    cost: Float64Array.from(cost),
    value: field.get("value").numbers(cost.length),
    unit: field.get("unit").string(),
  };
}
