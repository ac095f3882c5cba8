/** The plot: its layers over one another, kept at the width of what it stands in. */
import type { SeriesStyle } from "../../../../src/figures/browser.js";
import { element, setAttributes, stylesOf, type Theme, themeOf } from "../../core/index.js";
import {
  type ChartRows,
  chartRows,
  type DirectLabel,
  directLabels,
  type FrontierScene,
  type PointRow,
  pointRow,
  type Rectangle,
  type RowOf,
} from "../model/index.js";
import { Chart, type Margins } from "./chart.js";
import { Cloud, type CloudState } from "./cloud.js";
import { canvasTheme } from "./colours.js";
import { Overlay } from "./overlay.js";

/** What the plot writes. */
export interface PlotWords {
  readonly xTicks: (ticks: readonly number[]) => string[];
  readonly yTicks: (ticks: readonly number[]) => string[];
  readonly unpruned: string;
}

export interface PlotMarks {
  readonly hovered: number;
  readonly focused: number;
  readonly selected: number;
  readonly pinned: readonly number[];
  readonly best: number;
  readonly budget: number | null;
  readonly brush: Rectangle | null;
}

/** Above the plot is the budget's handle. */
const TOP = 30;
const RIGHT = 14;
const BOTTOM = 24;
const LEAST_LEFT = 30;
/** Narrower plots have no names beside their lines: the key has them too. */
const LABELLED_WIDTH = 420;

export class PlotView {
  readonly element: HTMLElement;
  readonly #root: HTMLElement;
  readonly #chart = new Chart();
  readonly #cloud = new Cloud();
  readonly #overlay = new Overlay();
  readonly #pen = element("canvas").getContext("2d")!;
  #theme: Theme;
  #styles: readonly SeriesStyle[] = [];
  #font = "sans-serif";
  #left = LEAST_LEFT;
  #rows: ChartRows | null = null;
  readonly #rowCache = new Map<keyof ChartRows, Map<number, PointRow>>();
  #room = 0;
  #labels: readonly DirectLabel[] = [];
  /** Whether everything has to be drawn again although the scene is the same. */
  #isStale = true;

  /** @param root of the widget, which has the theme; @param parts that stand on the plot, in its coordinates. */
  constructor(root: HTMLElement, ...parts: readonly HTMLElement[]) {
    this.#root = root;
    this.#theme = themeOf(root);
    const stage = element("div", { class: "espalier-stage" }, this.#overlay.element, ...parts);
    this.element = element("div", { class: "espalier-plot" }, this.#cloud.element, this.#chart.element, stage);
  }

  get theme(): Theme {
    return this.#theme;
  }

  /** By the series' place. */
  get styles(): readonly SeriesStyle[] {
    return this.#styles;
  }

  get margins(): Margins {
    return { left: this.#left, top: TOP, right: RIGHT, bottom: BOTTOM };
  }

  /** Of the element, when it was drawn last. */
  get width(): number {
    return this.#room;
  }

  /** Reads theme and fonts anew; what is drawn next is drawn wholly. */
  restyle(scene: FrontierScene): void {
    this.#theme = canvasTheme(themeOf(this.#root), this.#root);
    // The style sheet follows, in pages that are dark without being JupyterLab's.
    setAttributes(this.#root, { "data-espalier-dark": this.#theme.dark });
    const styles = stylesOf(scene.styleNames, this.#theme);
    this.#styles = scene.styleNames.map((name) => styles.get(name)!);
    this.#font = getComputedStyle(this.#root).fontFamily || "sans-serif";
    this.#isStale = true;
  }

  /**
   * Draws axes, frontiers and the cloud; of the cloud only what is new, so that points that have become surely dominated still
   * look probable until `settle`.
   *
   * @returns what has been drawn: nothing where there is no room yet.
   */
  draw(scene: FrontierScene, height: number, words: PlotWords): "nothing" | "changes" | "everything" {
    const yLabels = this.#layOut(scene, height, words);
    if (yLabels === null) return "nothing";
    const { plot } = scene;
    const changes = scene.update();
    const cloud = this.#cloudState(scene);
    const everything = changes.everything || this.#isStale;
    if (everything) {
      this.#labels = [];
      this.#cloud.drawAll(cloud);
    } else {
      this.#cloud.add(cloud, changes.dominated);
      this.#cloud.addProbable(cloud, changes.probable);
    }
    if (everything) this.#rowCache.clear();
    if (everything || changes.fronts || this.#rows === null) this.#rows = this.#makeRows(scene, words);
    this.#isStale = false;
    const { text, secondary, axis, grid, page } = this.#theme;
    this.#chart.draw({
      plot,
      margins: this.margins,
      isPart: scene.zoom !== null,
      rows: this.#rows,
      inks: { text, secondary, axis, grid, page },
      font: this.#font,
      xLabels: words.xTicks(plot.x.ticks),
      yLabels,
    });
    return everything ? "everything" : "changes";
  }

  /** What takes longer than a frame has, and may come later: names beside the lines, and points that are surer now. */
  settle(scene: FrontierScene): void {
    this.#pen.font = `bold 11px ${this.#font}`;
    const wide = scene.plot.width >= LABELLED_WIDTH;
    this.#labels = wide ? directLabels(scene, (text) => this.#pen.measureText(text).width) : [];
    this.#cloud.redrawProbable(this.#cloudState(scene));
  }

  drawMarks(scene: FrontierScene, marks: PlotMarks): void {
    this.#overlay.draw({ ...marks, scene, styles: this.#styles, theme: this.#theme, labels: this.#labels });
  }

  dispose(): void {
    this.#chart.dispose();
  }

  #cloudState(scene: FrontierScene): CloudState {
    const colours = this.#styles.map(({ colour }) => colour);
    return { scene, colours, inks: this.#theme, hollow: this.#theme.forced };
  }

  #makeRows(scene: FrontierScene, { unpruned }: PlotWords): ChartRows {
    const rowOf: RowOf = (dataset, point) => {
      const known = this.#rowCache.get(dataset) ?? new Map<number, PointRow>();
      this.#rowCache.set(dataset, known);
      const row = known.get(point) ?? pointRow(scene, this.#styles, point, "");
      known.set(point, row);
      return row;
    };
    return chartRows(scene, rowOf, unpruned);
  }

  #layOut(scene: FrontierScene, height: number, words: PlotWords): string[] | null {
    this.#room = this.element.clientWidth;
    const room = this.#room;
    if (room === 0) return null;
    const resize = () => scene.resize(Math.max(60, room - this.#left - RIGHT), height);
    resize();
    const labels = words.yTicks(scene.plot.y.ticks);
    this.#pen.font = `11px ${this.#font}`;
    const widest = Math.max(0, ...labels.map((label) => this.#pen.measureText(label).width));
    this.#left = Math.max(LEAST_LEFT, Math.ceil(widest) + 12);
    resize();
    this.element.style.height = `${TOP + height + BOTTOM}px`;
    this.element.style.setProperty("--espalier-left", `${this.#left}px`);
    this.element.style.setProperty("--espalier-top", `${TOP}px`);
    this.element.style.setProperty("--espalier-plot-width", `${scene.plot.width}px`);
    this.element.style.setProperty("--espalier-plot-height", `${height}px`);
    return labels;
  }
}
