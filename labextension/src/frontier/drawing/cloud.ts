/** The points that are not on a frontier, on canvases of their own: as many as there are, and only what is new of them. */
import { toPixel } from "../../../../src/figures/browser.js";
import { element } from "../../core/index.js";
import type { ChartInks, FrontierScene } from "../model/index.js";
import { DOMINATED } from "../model/index.js";

interface Dots {
  /** Diameter in pixels. */
  readonly size: number;
  readonly opacity: number;
}

const FADED: Dots = { size: 3.4, opacity: 0.28 };
const PROBABLE: Dots = { size: 4.6, opacity: 0.6 };
/** More dots of a series at one pixel look no different. */
const MOST_AT_A_PIXEL = 4;

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

  constructor() {
    this.element.append(this.#faded.canvas, this.#probable.canvas);
  }

  /** Draws everything anew, and the grid below. */
  drawAll(state: CloudState): void {
    const { scene } = state;
    const { plot, length } = scene;
    const ratio = devicePixelRatio;
    this.#faded.resize(plot.width, plot.height, ratio);
    this.#probable.resize(plot.width, plot.height, ratio);
    this.#crowd = new Uint8Array(Math.ceil(plot.width + 1) * Math.ceil(plot.height + 1) * scene.data.series.length);
    this.#drawGrid(state);
    this.#drawDots(state, length, (i) => i, DOMINATED);
    this.drawProbable(state);
  }

  /** Adds points that have become dominated. */
  add(state: CloudState, points: readonly number[]): void {
    this.#drawDots(state, points.length, (i) => points[i]!, DOMINATED);
  }

  drawProbable(state: CloudState): void {
    const { scene } = state;
    this.#probable.clear();
    const sprites = spritesOf(state, PROBABLE, this.#probable.ratio);
    for (const i of scene.probable())
      if (scene.isShown(i) && scene.places.isInside(i))
        this.#probable.stamp(sprites[scene.points.series[i]!]!, scene.places.x(i), scene.places.y(i));
  }

  #drawDots(state: CloudState, count: number, at: (i: number) => number, standing: number): void {
    const { scene } = state;
    const { places, points, plot } = scene;
    const { series } = points;
    const sprites = spritesOf(state, FADED, this.#faded.ratio);
    const width = Math.ceil(plot.width + 1);
    const area = width * Math.ceil(plot.height + 1);
    for (let n = 0; n < count; n++) {
      const i = at(n);
      if (!places.isInside(i) || scene.standing(i) !== standing) continue;
      const [x, y, own] = [places.x(i), places.y(i), series[i]!];
      const pixel = own * area + Math.floor(y) * width + Math.floor(x);
      if (this.#crowd[pixel]! >= MOST_AT_A_PIXEL) continue;
      this.#crowd[pixel]!++;
      this.#faded.stamp(sprites[own]!, x, y);
    }
  }

  #drawGrid({ scene: { plot }, inks }: CloudState): void {
    const { context, ratio } = this.#faded;
    context.fillStyle = inks.grid;
    for (const tick of plot.y.ticks) {
      const y = plot.height - toPixel(plot.y, tick, plot.height);
      context.fillRect(0, Math.round(y * ratio), plot.width * ratio, Math.max(1, Math.round(ratio)));
    }
  }
}

/** A dot of each series' colour. */
function spritesOf({ colours, hollow }: CloudState, { size, opacity }: Dots, ratio: number): HTMLCanvasElement[] {
  const side = Math.ceil((size + 2) * ratio);
  return colours.map((colour) => {
    const canvas = element("canvas", { attributes: { width: side, height: side } });
    const context = canvas.getContext("2d")!;
    context.globalAlpha = hollow ? 1 : opacity;
    context.beginPath();
    context.arc(side / 2, side / 2, (size / 2) * ratio, 0, 2 * Math.PI);
    context.fillStyle = context.strokeStyle = colour;
    if (hollow) context.stroke();
    else context.fill();
    return canvas;
  });
}

/** A canvas as sharp as the screen. */
class Sheet {
  readonly canvas = element("canvas");
  readonly context = this.canvas.getContext("2d")!;
  ratio = 1;

  /** Also clears it. */
  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  clear(): void {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  stamp(sprite: HTMLCanvasElement, x: number, y: number): void {
    this.context.drawImage(
      sprite,
      Math.round(x * this.ratio - sprite.width / 2),
      Math.round(y * this.ratio - sprite.height / 2),
    );
  }
}
