/** The sentences that the widget shows and says, in the user's language. */
import { formatNumber, formatSeconds, formatValue, shorten } from "../../core/index.js";
import type { Axis, PairedDifference, WidgetStatus } from "../../data/index.js";
import type { Host } from "../../widget.js";
import { type FrontierScene, ON_FRONTIER, PROBABLY_DOMINATED } from "../model/index.js";

/** Characters of a name where there is little room. */
const SHORT_NAME = 48;

export class Words {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  text(text: string, values?: Readonly<Record<string, string | number>>): string {
    return this.#host.translate(text, values);
  }

  count(value: number): string {
    return value.toLocaleString();
  }

  value(axis: Axis, value: number): string {
    return formatValue(axis, value, this.#host.settings.digits);
  }

  number(value: number): string {
    return formatNumber(value, this.#host.settings.digits);
  }

  /** The name of an axis with its unit. */
  axis({ label, unit, format }: Axis): string {
    return unit === "" || format === "percent" ? label : `${label}, ${unit}`;
  }

  /** With an arrow to where it is better. */
  direction(axis: Axis): string {
    return `${axis.better === "lower" ? "↓" : "↑"} ${this.axis(axis)}`;
  }

  /** Labels of ticks, all in the same way. */
  ticks({ format }: Axis, ticks: readonly number[]): string[] {
    return ticks.map((tick) => {
      if (format === "percent") return `${formatNumber(tick * 100, 4)}%`;
      return format === "si" ? formatValue({ format, unit: "" }, tick, 4) : formatNumber(tick, 4);
    });
  }

  /** A metric of a point with its interval. */
  metric(scene: FrontierScene, axis: Axis, point: number): string {
    const { value, low, high } = scene.points.metric(axis.key);
    const mean = this.value(axis, value[point]!);
    if (!Number.isFinite(low[point]!) || !Number.isFinite(high[point]!)) return mean;
    return this.text("{mean} ({low} to {high})", {
      mean,
      low: this.value(axis, low[point]!),
      high: this.value(axis, high[point]!),
    });
  }

  cost(scene: FrontierScene, axis: Axis, point: number): string {
    return this.value(axis, scene.points.cost(axis.key)[point]!);
  }

  name(scene: FrontierScene, point: number): string {
    return shorten(scene.points.label(point), SHORT_NAME);
  }

  series(scene: FrontierScene, series: number): string {
    return shorten(scene.data.series[series]!.label, SHORT_NAME);
  }

  /** What a point is, in a sentence. */
  describe(scene: FrontierScene, point: number): string {
    return this.text("{series}, {name}: {cost} at {value}", {
      series: this.series(scene, scene.points.series[point]!),
      name: this.name(scene, point),
      cost: `${scene.metricAxis.label} ${this.metric(scene, scene.metricAxis, point)}`,
      value: `${scene.costAxis.label} ${this.cost(scene, scene.costAxis, point)}`,
    });
  }

  standing(scene: FrontierScene, point: number): string {
    const standing = scene.standing(point);
    if (standing === ON_FRONTIER) return this.text("on the frontier");
    return standing === PROBABLY_DOMINATED ? this.text("probably dominated") : this.text("dominated");
  }

  progress({ running, progress }: WidgetStatus): string {
    if (running === null) return "";
    if (progress === null) return this.text("{name} is running", { name: running });
    const done = this.text("{label}: {done} of {total}", {
      label: progress.label,
      done: this.count(progress.done),
      total: this.count(progress.total),
    });
    return progress.left === null
      ? done
      : this.text("{done}, about {left} left", { done, left: formatSeconds(progress.left) });
  }

  /** A difference with its interval. */
  difference(axis: Axis, { difference, low, high }: PairedDifference): string {
    const signed = (value: number) => (value > 0 ? `+${this.value(axis, value)}` : this.value(axis, value));
    return this.text("{mean} ({low} to {high})", { mean: signed(difference), low: signed(low), high: signed(high) });
  }

  verdict({ verdict }: PairedDifference): string {
    const known: Readonly<Record<string, string>> = {
      "a better": this.text("A is better"),
      "b better": this.text("B is better"),
      "not distinguishable": this.text("not distinguishable"),
    };
    return Object.hasOwn(known, verdict) ? known[verdict]! : verdict;
  }
}
