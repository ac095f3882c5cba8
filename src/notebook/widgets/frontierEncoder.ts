/** Writes what a source has: everything for a front end that greets, what was added for one that knows the rest, and for the file. */
import type { TwoWayState } from "../../../labextension/src/data/index.js";
import type { CostUnit } from "../../export/index.js";
import {
  axesOf,
  columnsOf,
  comparisonsJson,
  costAxes,
  headJson,
  placesInFile,
  placesOfNote,
  SeriesList,
} from "./frontierJson.js";
import type { WidgetPoint } from "./point.js";
import type { FrontierSource } from "./source.js";

type State = Pick<TwoWayState, "selected" | "budget" | "pinned">;

export class FrontierEncoder {
  readonly #source: FrontierSource;
  readonly #widget: () => string;
  readonly #wantedUnit: CostUnit | undefined;
  /** Of the points that the front end has, with their series and axes. */
  #sent = 0;
  #series = new SeriesList();
  #units: CostUnit[] = [];

  /**
   * @param widget the widget's id.
   * @param unit first of the cost axes; default the source's.
   */
  constructor(source: FrontierSource, widget: () => string, unit: CostUnit | undefined) {
    this.#source = source;
    this.#widget = widget;
    this.#wantedUnit = unit;
  }

  /** Of the first cost axis. */
  get unit(): CostUnit {
    return this.#wantedUnit ?? this.#source.head().unit;
  }

  /** All points, from which `added` goes on. */
  everything(state: State): object {
    const points = this.#points;
    this.#sent = points.length;
    this.#series = new SeriesList();
    this.#series.add(points);
    this.#units = costAxes(points, this.unit);
    return this.#json([...points.keys()], this.#noted(state), state);
  }

  /** What the front end lacks; "everything" where a new series or axis makes it another. */
  added(): object | "everything" | undefined {
    const points = this.#points;
    const added = points.slice(this.#sent);
    if (added.length === 0) return undefined;
    const units = costAxes(points, this.unit);
    if (this.#series.add(added) || units.length !== this.#units.length) return "everything";
    const orders = added.map((_, i) => this.#sent + i);
    this.#sent = points.length;
    const { accuracyMetric, tasks } = this.#source.head();
    const withAccuracy = accuracyMetric !== null;
    const options = { orders, series: this.#series, units, withAccuracy, tasks, noted: new Set(orders) };
    return { points: columnsOf(added, options), evaluated: points.length };
  }

  /** Every frontier and as much of the rest as is seen. */
  inFile(state: State): object {
    const noted = this.#noted(state);
    return this.#json(placesInFile(this.#points, this.unit, noted), noted, state);
  }

  get #points(): readonly WidgetPoint[] {
    return this.#source.points();
  }

  /** The places of the points that are never left out. */
  #noted({ selected, pinned }: State): Set<number> {
    const named = [selected, ...pinned].filter((id) => id !== null);
    return placesOfNote(this.#points, this.unit, named);
  }

  /** The MIME data with the points at these places. */
  #json(orders: readonly number[], noted: ReadonlySet<number>, { selected, budget, pinned }: State): object {
    const points = this.#points;
    const head = this.#source.head();
    const units = costAxes(points, this.unit);
    const series = new SeriesList();
    series.add(points);
    const chosen = orders.map((i) => points[i]!);
    return {
      ...headJson(head),
      widget: this.#widget(),
      ...axesOf(units, head.accuracyMetric, head.tasks),
      series: series.json(head.searchCosts),
      points: columnsOf(chosen, {
        orders,
        series,
        units,
        withAccuracy: head.accuracyMetric !== null,
        tasks: head.tasks,
        noted,
      }),
      evaluated: points.length,
      comparisons: comparisonsJson(head.comparisons, points),
      selected,
      budget,
      pinned,
    };
  }
}
