/** The chart with its handles, at the width that there is. */
import { element, type Theme } from "../core/index.js";
import {
  type ChartLayout,
  type ChartScene,
  chartLayout,
  Handles,
  listenToKeys,
  listenToPointer,
  type SceneLine,
  ScheduleChart,
} from "./chart/index.js";
import type { ScheduleContext } from "./parts/index.js";

export interface ChartPanelOptions {
  readonly context: ScheduleContext;
  /** Id of the text that says which keys do what. */
  readonly describedBy: string;
  /** Other schedules, in the colours of a theme. */
  readonly lines: (theme: Theme) => readonly SceneLine[];
  /** Name of the schedule that prices belong to. */
  readonly certified: () => string;
  /** Called when the width is another. */
  readonly resized: () => void;
}

/** Of a file's drawing, whatever the page's is. */
const FILE_WIDTH = 760;
/** Above a file's drawing, for its title. */
const FILE_HEADER = 40;

export class ChartPanel {
  readonly element: HTMLElement;
  readonly #options: ChartPanelOptions;
  readonly #handles: Handles;
  readonly #chart: ScheduleChart;
  #layout: ChartLayout;

  constructor(options: ChartPanelOptions) {
    this.#options = options;
    const { state, host, disposers } = options.context;
    this.#handles = new Handles(options.describedBy, host.translate("Kept share of each layer"));
    this.#chart = new ScheduleChart(this.#handles.element);
    this.element = element("div", { class: "espalier-schedule-plot" }, this.#chart.element);
    this.#layout = this.#layoutOf(FILE_WIDTH);
    const [handles, svg] = [this.#handles, this.#chart.element];
    listenToKeys({ handles, state, disposers });
    listenToPointer({
      ...{ svg, handles, state, disposers },
      layout: () => this.#layout,
      pressed: () => handles.focus(state.layer),
    });
    state.onChange((change) => {
      if (change === "layer" && handles.focused) handles.focus(state.layer);
    });
    const observer = new ResizeObserver(() => {
      if (Math.round(this.element.clientWidth) !== this.#layout.width) options.resized();
    });
    observer.observe(this.element);
    disposers.add(() => observer.disconnect());
  }

  /** Everything. */
  draw(): void {
    this.#layout = this.#layoutOf(this.element.clientWidth || FILE_WIDTH);
    const scene = this.#scene();
    this.#chart.draw(scene);
    this.#handles.draw(scene);
  }

  /** After a drag, or when another layer was chosen. */
  drawBars(): void {
    const scene = this.#scene();
    this.#chart.drawBars(scene);
    this.#handles.draw(scene);
  }

  drawLines(): void {
    this.#chart.drawLines(this.#scene());
  }

  /** For a file. */
  fileScene(theme: Theme): ChartScene {
    const layout = this.#layoutOf(FILE_WIDTH, FILE_HEADER);
    return { ...this.#scene(theme), layout, layer: null };
  }

  #scene(theme = this.#options.context.theme()): ChartScene {
    const { context, lines, certified } = this.#options;
    const { state, host } = context;
    return {
      layout: this.#layout,
      theme,
      shares: state.shares,
      visualTokens: state.data.visualTokens,
      layer: state.layer,
      lines: lines(theme),
      certificate: state.certificate,
      certified: certified(),
      translate: host.translate,
    };
  }

  #layoutOf(width: number, header = 0): ChartLayout {
    const { state } = this.#options.context;
    return chartLayout({ layers: state.data.layers, width, prices: state.certificate !== null, names: true, header });
  }
}
