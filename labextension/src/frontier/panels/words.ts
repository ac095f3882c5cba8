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

  /** With its unit, from which no line break parts it. */
  value(axis: Pick<Axis, "format" | "unit">, value: number): string {
    return formatValue(axis, value, this.#host.settings.digits).replaceAll(" ", "\u00a0");
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
    return this.#withInterval(axis, value[point]!, low[point]!, high[point]!, (one) => this.value(axis, one));
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

  /** What a point is, in a line; the axes give the numbers their names. */
  describe(scene: FrontierScene, point: number): string {
    return this.text("{series}, {name}: {value} at {cost}", {
      series: this.series(scene, scene.points.series[point]!),
      name: this.name(scene, point),
      value: this.metric(scene, scene.metricAxis, point),
      cost: this.cost(scene, scene.costAxis, point),
    });
  }

  /** What the plot is: its axes. */
  plot({ metricAxis, costAxis }: FrontierScene): string {
    return this.text("Configurations on the frontier: {metric}, at {cost}", {
      metric: this.axis(metricAxis),
      cost: this.axis(costAxis),
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

  /** A difference with its interval; of shares, in percentage points. */
  difference({ format, unit }: Axis, { difference, low, high }: PairedDifference): string {
    const isShare = format === "percent";
    const axis = isShare ? ({ format: "number", unit: this.text("pp") } as const) : { format, unit };
    const signed = (value: number) => {
      const written = this.value(axis, isShare ? value * 100 : value);
      return value > 0 ? `+${written}` : written;
    };
    return this.#withInterval(axis, difference, low, high, signed);
  }

  verdict({ verdict }: PairedDifference): string {
    const known: Readonly<Record<string, string>> = {
      "a better": this.text("A is better"),
      "b better": this.text("B is better"),
      "not distinguishable": this.text("not distinguishable"),
    };
    return Object.hasOwn(known, verdict) ? known[verdict]! : verdict;
  }

  /** The unit stands once, but where its prefix may differ. */
  #withInterval(
    { format, unit }: Pick<Axis, "format" | "unit">,
    mean: number,
    low: number,
    high: number,
    write: (value: number) => string,
  ): string {
    if (!Number.isFinite(low) || !Number.isFinite(high)) return write(mean);
    const suffix = format === "percent" ? "\u00a0%" : format === "number" && unit !== "" ? `\u00a0${unit}` : "";
    const bare = (text: string) => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text);
    return this.text("{mean} ({low} to {high})", { mean: write(mean), low: bare(write(low)), high: bare(write(high)) });
  }
}
