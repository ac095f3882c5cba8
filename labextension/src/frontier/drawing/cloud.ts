/** The points that are not on a frontier, on canvases of their own: as many as there are, and only what is new of them. */
import { toPixel } from "../../../../src/figures/browser.js";
import { element } from "../../core/index.js";
import { type ChartInks, DOMINATED, type FrontierScene, PROBABLY_DOMINATED } from "../model/index.js";
import { Sheet, type Stamp, stampOf } from "./sheet.js";

interface Dots {
  /** Diameter in pixels. */
  readonly size: number;
  readonly opacity: number;
}

const FADED: Dots = { size: 3.4, opacity: 0.28 };
const PROBABLE: Dots = { size: 4.6, opacity: 0.6 };
/** More dots of a series at one pixel look no different. */
const MOST_AT_A_PIXEL = 3;

export interface CloudState {
  readonly scene: FrontierScene;
  /** By series. */
  readonly colours: readonly string[];
  readonly inks: ChartInks;
  /** Draws rings instead of faded dots, for forced colours, which know no shades. */
  readonly hollow: boolean;
}

export class Cloud {
  readonly element = element("div", { class: "espalier-cloud", attributes: { "aria-hidden": "true" } });
  readonly #faded = new Sheet();
  readonly #probable = new Sheet();
  /** How many dots of each series lie at each pixel. */
  #crowd = new Uint8Array(0);

  readonly #grid = element("canvas");

  constructor() {
    this.element.append(this.#grid, this.#faded.canvas, this.#probable.canvas);
  }

  /** Draws everything anew, and the grid below. */
  drawAll(state: CloudState): void {
    const { scene } = state;
    const { plot, length } = scene;
    const ratio = devicePixelRatio;
    this.#faded.resize(plot.width, plot.height, ratio);
    this.#probable.resize(plot.width, plot.height, ratio);
    this.#crowd = new Uint8Array(Math.ceil(plot.width + 1) * Math.ceil(plot.height + 1) * scene.data.series.length);
    this.#drawGrid(state, ratio);
    this.add(state, range(length));
    this.redrawProbable(state);
  }

  /** Adds points that have become dominated. */
  add(state: CloudState, points: Iterable<number>): void {
    const { scene } = state;
    const { places, plot } = scene;
    const { series } = scene.points;
    const stamps = stampsOf(state, FADED, this.#faded.ratio);
    const width = Math.ceil(plot.width + 1);
    const area = width * Math.ceil(plot.height + 1);
    for (const i of points) {
      if (scene.standing(i) !== DOMINATED || !places.isInside(i)) continue;
      const [x, y, own] = [places.x(i), places.y(i), series[i]!];
      const pixel = own * area + Math.floor(y) * width + Math.floor(x);
      if (this.#crowd[pixel]! >= MOST_AT_A_PIXEL) continue;
      this.#crowd[pixel]!++;
      this.#faded.stamp(stamps[own]!, x, y);
    }
    this.#faded.show();
  }

  /** Adds points that have become probably dominated. */
  addProbable(state: CloudState, points: readonly number[]): void {
    const { scene } = state;
    const stamps = stampsOf(state, PROBABLE, this.#probable.ratio);
    for (const i of points)
      if (scene.standing(i) === PROBABLY_DOMINATED && scene.places.isInside(i))
        this.#probable.stamp(stamps[scene.points.series[i]!]!, scene.places.x(i), scene.places.y(i));
    this.#probable.show();
  }

  /** Draws all those that are probably dominated, and no longer those that were. */
  redrawProbable(state: CloudState): void {
    this.#probable.clear();
    this.addProbable(state, state.scene.probable());
  }

  #drawGrid({ scene: { plot }, inks }: CloudState, ratio: number): void {
    this.#grid.width = Math.max(1, Math.round(plot.width * ratio));
    this.#grid.height = Math.max(1, Math.round(plot.height * ratio));
    this.#grid.style.width = `${plot.width}px`;
    this.#grid.style.height = `${plot.height}px`;
    const context = this.#grid.getContext("2d")!;
    context.fillStyle = inks.grid;
    for (const tick of plot.y.ticks) {
      const y = plot.height - toPixel(plot.y, tick, plot.height);
      context.fillRect(0, Math.round(y * ratio), this.#grid.width, Math.max(1, Math.round(ratio)));
    }
  }
}

function* range(length: number): Iterable<number> {
  for (let i = 0; i < length; i++) yield i;
}

/** A dot of each series' colour. */
function stampsOf({ colours, hollow }: CloudState, { size, opacity }: Dots, ratio: number): Stamp[] {
  return colours.map((colour) => stampOf({ colour, size: size * ratio, opacity: hollow ? 1 : opacity, hollow }));
}
