/** The live plot's axes, lines, whiskers and marks, drawn by Vega; scales and ticks are the scene's. */
import { element } from "../../core/index.js";
import { type ChartInks, type ChartRows, chartLayers, type Plot } from "../model/index.js";
import { type VegaRuntime, vegaNow } from "./vega.js";
import type { Runtime, Spec, View } from "./vegaRuntime.js";

export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ChartState {
  readonly plot: Plot;
  readonly margins: Margins;
  /** Whether only a part of the whole is looked at. */
  readonly isPart: boolean;
  readonly rows: ChartRows;
  readonly inks: ChartInks;
  readonly font: string;
  readonly xLabels: readonly string[];
  readonly yLabels: readonly string[];
}

/** Specifications that have been compiled and parsed: a shape is a kind of scale each way and a theme, so they are few. */
const parsed = new Map<string, Runtime>();

export class Chart {
  readonly element = element("div", { class: "espalier-chart", attributes: { "aria-hidden": "true" } });
  #view: View | null = null;
  #shape = "";
  /** What the view holds already. */
  #rows: Partial<ChartRows> = {};
  readonly #signals = new Map<string, string>();

  /** Draws a state; nothing before Vega has been loaded. */
  draw(state: ChartState): void {
    const vega = vegaNow();
    if (vega === null) return;
    const { plot, margins, rows } = state;
    const view = this.#viewOf(vega, state);
    this.#set(view, "width", plot.width);
    this.#set(view, "height", plot.height);
    this.#set(view, "padding", { ...margins });
    this.#set(view, "isPart", state.isPart);
    for (const [name, scale, labels] of [
      ["x", plot.x, state.xLabels],
      ["y", plot.y, state.yLabels],
    ] as const) {
      this.#set(view, `${name}Domain`, [...scale.domain]);
      this.#set(view, `${name}Ticks`, [...scale.ticks]);
      this.#set(view, `${name}Labels`, [...labels]);
      this.#set(view, `${name}Constant`, scale.constant ?? 1);
    }
    for (const name of ["curves", "stairs", "intervals", "marks", "across", "up"] as const) {
      const [before, after] = [this.#rows[name] ?? [], rows[name]];
      if (before === after) continue;
      const [old, now] = [new Set<object>(before), new Set<object>(after)];
      const gone = before.filter((row) => !now.has(row));
      const added = after.filter((row) => !old.has(row));
      if (gone.length + added.length > 0) vega.changeRows(view, name, gone, added);
    }
    this.#rows = rows;
    view.run();
  }

  dispose(): void {
    this.#view?.finalize();
    this.#view = null;
    this.element.replaceChildren();
  }

  /** Sets a signal if it has another value: a new array of the same numbers would have everything computed anew. */
  #set(view: View, name: string, value: unknown): void {
    const written = JSON.stringify(value);
    if (this.#signals.get(name) === written) return;
    this.#signals.set(name, written);
    view.signal(name, value);
  }

  #viewOf(vega: VegaRuntime, state: ChartState): View {
    const shape = JSON.stringify([state.plot.x.type, state.plot.y.type, state.inks, state.font]);
    if (this.#view !== null && this.#shape === shape) return this.#view;
    this.dispose();
    let runtime = parsed.get(shape);
    if (runtime === undefined) {
      runtime = vega.parseChart(steered(vega.compileChart(specificationOf(state))));
      parsed.set(shape, runtime);
    }
    this.#shape = shape;
    this.#rows = {};
    this.#signals.clear();
    this.#view = vega.makeView(runtime, this.element);
    return this.#view;
  }
}

function specificationOf({ plot, inks, font }: ChartState): object {
  const axis = {
    labelColor: inks.secondary,
    labelFontSize: 11,
    domainColor: inks.axis,
    tickColor: inks.axis,
    tickSize: 4,
    grid: false,
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    autosize: "none",
    width: 100,
    height: 100,
    // The rows hold numbers alone, and what a screen reader reads is elsewhere.
    config: { background: null, font, aria: false, mark: { invalid: null }, view: { stroke: null } },
    layer: chartLayers({
      x: plot.x,
      y: plot.y,
      inks,
      isPart: true,
      xAxis: { ...axis, labelPadding: 4, labelFlush: true, labelOverlap: "greedy" },
      yAxis: { ...axis, domain: false, ticks: false, labelPadding: 6 },
    }),
  };
}

/** Hands domains, ticks and their labels to signals: the compiled specification is the same whatever they are. */
function steered(specification: Spec): Spec {
  const signals = [...(specification.signals ?? []), { name: "isPart", value: true }];
  const marks = (specification.marks ?? []).map((mark) =>
    mark.type === "symbol" ? { ...mark, clip: { signal: "isPart" } } : mark,
  );
  const scales = (specification.scales ?? []).map((scale) => {
    if (scale.name !== "x" && scale.name !== "y") return scale;
    const { name } = scale;
    for (const part of ["Domain", "Ticks", "Labels"]) signals.push({ name: `${name}${part}`, value: [0, 1] });
    signals.push({ name: `${name}Constant`, value: 1 });
    const constant = "constant" in scale ? { constant: { signal: `${name}Constant` } } : {};
    return { ...scale, ...constant, domain: { signal: `${name}Domain` } };
  });
  const axes = (specification.axes ?? []).map((axis) => {
    const text = { signal: `${axis.scale}Labels[indexof(${axis.scale}Ticks, datum.value)]` };
    const { encode = {} } = axis;
    const labels = { ...encode.labels, update: { ...encode.labels?.update, text } };
    return { ...axis, values: { signal: `${axis.scale}Ticks` }, encode: { ...encode, labels } };
  });
  return { ...specification, signals, scales, axes, marks } as Spec;
}
