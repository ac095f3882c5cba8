/** The frontier widget's MIME data, made of points (`labextension/src/data/frontierData.ts` describes and reads them). */
import { DATA_VERSION } from "../../../labextension/src/data/index.js";
import { COST_UNIT_NAMES, type Comparison, type CostUnit, seriesLabel } from "../../export/index.js";
import { thin } from "../../figures/thin.js";
import { nonDominated } from "../../pareto/index.js";
import type { HypervolumeCurve } from "../../study/index.js";
import { clean, idOf, ON_VALIDATION, type WidgetPoint, type WidgetValue } from "./point.js";

/** Points in a notebook's file besides those of the frontiers: the cloud keeps its shape, the file stays small. */
const MOST_IN_FILE = 500;
/** Digits of a number: more than a screen can show. */
const DIGITS = 5;
/** The plot that thinning goes by, in pixels. */
const PLOT = { width: 600, height: 300 };
/** Cost axes that are offered where points state them, after the budget's own. */
const UNITS: readonly CostUnit[] = ["normalised", "exactFlops", "kvBytes", "ms"];

/** What a frontier widget shows besides its points. */
export interface FrontierHead {
  readonly title: string;
  readonly subtitle: string;
  /** First of the cost axes. */
  readonly unit: CostUnit;
  readonly accuracyMetric: string | null;
  /** The unpruned model's accuracy. */
  readonly unprunedAccuracy: number | null;
  /** Benchmarks whose accuracy is an axis of its own; none where there is one only, or where it is not known. */
  readonly tasks: readonly TaskHead[];
  /** Layer-forwards of a series' search. */
  readonly searchCosts: ReadonlyMap<string, number>;
  readonly comparisons: readonly Comparison[];
  readonly constraints: readonly FrontierConstraint[];
  /** How the frontier grew; null where that is not known. */
  readonly hypervolume: HypervolumeCurve | null;
  readonly code: string | null;
}

export interface TaskHead {
  readonly name: string;
  /** Null while it is not known. */
  readonly unprunedAccuracy: number | null;
}

/** A limit that is drawn. */
export interface FrontierConstraint {
  readonly axis: "divergence" | "accuracy" | CostUnit;
  /** In the axis's unit. */
  readonly value: number;
  /** Written beside it. */
  readonly label: string;
}

/** The names of a point's series and their places in the data. */
export class SeriesList {
  readonly #names: string[] = [];
  readonly #budgeted = new Map<string, boolean>();

  /** @returns whether one of the points is of a series that was not there before. */
  add(points: readonly WidgetPoint[]): boolean {
    const before = this.#names.length;
    for (const { series, budget } of points) {
      if (!this.#budgeted.has(series)) this.#names.push(series);
      this.#budgeted.set(series, (this.#budgeted.get(series) ?? true) && budget !== null);
    }
    return this.#names.length > before;
  }

  indexOf(series: string): number {
    return this.#names.indexOf(series);
  }

  json(searchCosts: ReadonlyMap<string, number>): object[] {
    return this.#names.map((name) => ({
      name: clean(name),
      label: seriesLabel(clean(name)),
      role: roleOf(name),
      kind: this.#budgeted.get(name) === true && name !== ON_VALIDATION ? "curve" : "cloud",
      searchCost: searchCosts.get(name) ?? null,
    }));
  }
}

/** The cost units that every point states, the first wanted first. */
export function costAxes(points: readonly WidgetPoint[], first: CostUnit): CostUnit[] {
  const units = [first, ...UNITS.filter((unit) => unit !== first)];
  return units.filter((unit, i) => i === 0 || points.every(({ cost }) => cost[unit] !== undefined));
}

/** What is written of points. */
export interface ColumnOptions {
  /** The points' places among all evaluations. */
  readonly orders: readonly number[];
  readonly series: SeriesList;
  readonly units: readonly CostUnit[];
  readonly withAccuracy: boolean;
  readonly tasks: readonly TaskHead[];
  /** Places of the points whose kept shares are written; the others' are asked for when somebody looks at them. */
  readonly noted: ReadonlySet<number>;
}

/** The columns of points. */
export function columnsOf(
  points: readonly WidgetPoint[],
  { orders, series, units, withAccuracy, tasks, noted }: ColumnOptions,
): object {
  const metric = (of: (point: WidgetPoint) => WidgetValue | null): object => {
    const edge = (name: "low" | "high") =>
      points.some((point) => of(point)?.[name] != null) ? { [name]: points.map((p) => short(of(p)?.[name])) } : {};
    return { value: points.map((point) => short(of(point)?.mean)), ...edge("low"), ...edge("high") };
  };
  return {
    label: points.map(({ configuration }) => clean(configuration)),
    series: points.map((point) => series.indexOf(point.series)),
    budget: points.map(({ budget }) => short(budget)),
    order: orders,
    costs: Object.fromEntries(units.map((unit) => [unit, points.map(({ cost }) => short(cost[unit]))])),
    metrics: {
      divergence: metric(({ divergence }) => divergence),
      ...(withAccuracy ? { accuracy: metric(({ accuracy }) => accuracy) } : {}),
      ...Object.fromEntries(
        tasks.map(({ name }) => [taskKey(name), { value: points.map((point) => short(point.tasks?.get(name))) }]),
      ),
    },
    shares: points.map(({ shares }, i) =>
      noted.has(orders[i]!) && shares !== null ? shares.map((share) => Number(share.toFixed(4))) : null,
    ),
  };
}

/** The key of the axis of a benchmark's accuracy. */
function taskKey(name: string): string {
  return `accuracy:${clean(name)}`;
}

/** What the axes are. */
export function axesOf(
  units: readonly CostUnit[],
  accuracyMetric: string | null,
  tasks: readonly TaskHead[] = [],
): { costs: object[]; metrics: object[] } {
  const percent = (unit: CostUnit) => unit === "normalised" || unit === "share" || unit === "textOnly";
  const unitOf: Partial<Record<CostUnit, string>> = { exactFlops: "FLOP", kvBytes: "B", ms: "ms" };
  const accuracy = {
    key: "accuracy",
    label: capital(clean(accuracyMetric ?? "")),
    unit: "",
    format: "percent",
    better: "higher",
    scale: "linear",
  };
  return {
    costs: units.map((unit) => ({
      key: unit,
      label: COST_UNIT_NAMES[unit],
      unit: unitOf[unit] ?? "",
      format: percent(unit) ? "percent" : unit === "ms" ? "number" : "si",
      better: "lower",
      scale: "linear",
    })),
    metrics: [
      {
        key: "divergence",
        label: "Divergence from the unpruned model",
        unit: "nats",
        format: "number",
        better: "lower",
        scale: "auto",
      },
      ...(accuracyMetric === null ? [] : [accuracy]),
      ...tasks.map(({ name }) => ({ ...accuracy, key: taskKey(name), label: `Accuracy: ${clean(name)}` })),
    ],
  };
}

/**
 * The places of the points that matter most: those of each series' frontier, those that the results list as theirs, and those
 * that are named.
 *
 * @param named ids of points.
 */
export function placesOfNote(points: readonly WidgetPoint[], unit: CostUnit, named: readonly string[]): Set<number> {
  const noted = new Set<number>();
  const bySeries = new Map<string, number[]>();
  points.forEach(({ series }, i) => {
    const places = bySeries.get(series);
    if (places === undefined) bySeries.set(series, [i]);
    else places.push(i);
  });
  for (const places of bySeries.values()) {
    const values = places.map((i) => [points[i]!.cost[unit] ?? 0, points[i]!.divergence.mean]);
    for (const front of nonDominated(values)) noted.add(places[front]!);
  }
  const names = new Set(named);
  points.forEach((point, i) => {
    if (point.listed || names.has(idOf(point))) noted.add(i);
  });
  return noted;
}

/** The places of the points that a file keeps: all of note, and of the rest as many as an eye can tell apart. Ascending. */
export function placesInFile(points: readonly WidgetPoint[], unit: CostUnit, noted: ReadonlySet<number>): number[] {
  const rest = [...points.keys()].filter((i) => !noted.has(i));
  const xs = pixels(
    rest.map((i) => points[i]!.cost[unit] ?? 0),
    PLOT.width,
  );
  const ys = pixels(
    rest.map((i) => points[i]!.divergence.mean),
    PLOT.height,
  );
  const drawn = thin(
    xs.map((x, i): [number, number] => [x, ys[i]!]),
    MOST_IN_FILE,
  );
  return [...noted, ...drawn.map((i) => rest[i]!)].sort((a, b) => a - b);
}

/** From zero to the largest of them over a length. */
function pixels(values: readonly number[], length: number): number[] {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return values.map((value) => (most > 0 ? (value / most) * length : 0));
}

/** The comparisons of results, between the points that they compared. */
export function comparisonsJson(comparisons: readonly Comparison[], points: readonly WidgetPoint[]): object[] {
  const at = (series: string, budget: number | null) =>
    points.find((point) => point.series === series && point.budget === budget);
  return comparisons.flatMap((one) => {
    const [a, b] = [at(one.a, one.budget), at(one.b, one.budget)];
    if (a === undefined || b === undefined) return [];
    return [
      {
        a: idOf(a),
        b: idOf(b),
        metric: one.metric,
        difference: short(one.difference),
        low: short(one.low),
        high: short(one.high),
        p: short(one.pHolm),
        samples: one.samples,
        matched: one.matched ?? false,
        verdict: one.verdict,
      },
    ];
  });
}

/** The part of the data that does not change with the points. */
export function headJson(head: FrontierHead): object {
  return {
    version: DATA_VERSION,
    title: clean(head.title),
    subtitle: clean(head.subtitle),
    unpruned: Object.fromEntries(
      [
        ["accuracy", head.unprunedAccuracy] as const,
        ...head.tasks.map(({ name, unprunedAccuracy }) => [taskKey(name), unprunedAccuracy] as const),
      ].flatMap(([key, value]) => (value === null ? [] : [[key, short(value)]])),
    ),
    hypervolume:
      head.hypervolume === null
        ? null
        : {
            cost: head.hypervolume.layerForwards,
            value: head.hypervolume.hypervolume.map(short),
            unit: "layer-forwards",
          },
    constraints: head.constraints.map((one) => ({ ...one, label: clean(one.label) })),
    code: head.code,
  };
}

function roleOf(series: string): string {
  if (series === "search" || series === ON_VALIDATION) return "search";
  if (series.startsWith("grid")) return "grid";
  if (series.startsWith("control:")) return "control";
  return series === "schedule" ? "schedule" : "rival";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Null for what is no number. */
export function short(value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}
