/** A canvas whose pixels are computed here: for a hundred thousand dots that is many times faster than drawing each. */
import { element } from "../../core/index.js";

/** A dot, as pixels: a colour, and how much it covers. */
export interface Stamp {
  readonly side: number;
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** [side × side], 0 … 1. */
  readonly cover: Float32Array;
}

export interface StampOptions {
  readonly colour: string;
  /** Diameter in pixels of the screen. */
  readonly size: number;
  readonly opacity: number;
  /** A ring in the place of a disc. */
  readonly hollow: boolean;
}

const made = new Map<string, Stamp>();

/** The same object for the same options. */
export function stampOf({ colour, size, opacity, hollow }: StampOptions): Stamp {
  const key = `${colour} ${size} ${opacity} ${hollow}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const side = Math.ceil(size) + 2;
  const context = element("canvas", { attributes: { width: side, height: side } }).getContext("2d")!;
  context.beginPath();
  context.arc(side / 2, side / 2, size / 2, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = colour;
  if (hollow) context.stroke();
  else context.fill();
  const { data } = context.getImageData(0, 0, side, side);
  const cover = Float32Array.from({ length: side * side }, (_, i) => (data[4 * i + 3]! / 255) * opacity);
  // The pixel that is covered most shows the colour as it is.
  const best = 4 * cover.indexOf(Math.max(...cover));
  const stamp = { side, red: data[best]!, green: data[best + 1]!, blue: data[best + 2]!, cover };
  made.set(key, stamp);
  return stamp;
}

export class Sheet {
  readonly canvas = element("canvas");
  readonly #context = this.canvas.getContext("2d")!;
  #image = new ImageData(1, 1);
  #ratio = 1;
  /** Rows that are other than on the canvas. */
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  /** Pixels of the screen for one of the page. */
  get ratio(): number {
    return this.#ratio;
  }

  /** Also clears it. @param width, height in pixels of the page. */
  resize(width: number, height: number, ratio: number): void {
    this.#ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.#image = new ImageData(this.canvas.width, this.canvas.height);
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = 0;
  }

  clear(): void {
    this.#image.data.fill(0);
    this.#from = 0;
    this.#to = this.#image.height;
  }

  /** Lays a dot over what is there; to be seen after `show`. @param x, y of its middle, in pixels of the page. */
  stamp({ side, red, green, blue, cover }: Stamp, x: number, y: number): void {
    const { data, width, height } = this.#image;
    const left = Math.round(x * this.#ratio - side / 2);
    const top = Math.round(y * this.#ratio - side / 2);
    const [firstRow, lastRow] = [Math.max(0, -top), Math.min(side, height - top)];
    const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(side, width - left)];
    for (let row = firstRow; row < lastRow; row++) {
      for (let column = firstColumn; column < lastColumn; column++) {
        const over = cover[row * side + column]!;
        if (over === 0) continue;
        const at = 4 * ((top + row) * width + left + column);
        const before = data[at + 3]!;
        const under = (before / 255) * (1 - over);
        const alpha = over + under;
        data[at + 3] = alpha * 255;
        // Dots mostly lie on nothing, or on others of their series.
        if (before !== 0 && (data[at] !== red || data[at + 1] !== green || data[at + 2] !== blue)) {
          data[at] = (red * over + data[at]! * under) / alpha;
          data[at + 1] = (green * over + data[at + 1]! * under) / alpha;
          data[at + 2] = (blue * over + data[at + 2]! * under) / alpha;
        } else {
          data[at] = red;
          data[at + 1] = green;
          data[at + 2] = blue;
        }
      }
    }
    this.#from = Math.min(this.#from, top + firstRow);
    this.#to = Math.max(this.#to, top + lastRow);
  }

  /** Puts what has changed on the canvas. */
  show(): void {
    if (this.#from >= this.#to) return;
    const { width } = this.#image;
    this.#context.putImageData(this.#image, 0, 0, 0, this.#from, width, this.#to - this.#from);
    this.#from = Number.POSITIVE_INFINITY;
    this.#to = 0;
  }
}
