/** The surface that a picture is drawn on: background, context, labels, and what a camera adds (blur and noise). */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { Random } from "../../tensor/random.js";
import type { RgbImage } from "../item.js";
import { LabelGrid, PICTURE_SIDE } from "./labels.js";
import { COLOR_VALUES, type Color } from "./vocabulary.js";

const PIXELS = PICTURE_SIDE * PICTURE_SIDE;

/** Pictures are drawn one at a time, so that one canvas serves all of them. */
const context = createCanvas(PICTURE_SIDE, PICTURE_SIDE).getContext("2d");

/** Noise is cut from one table of normal numbers: drawing 150,528 of them a picture would cost ten times the picture. */
const NOISE_LENGTH = 1 << 19;
let noiseTable: Float32Array | undefined;

function noise(): Float32Array {
  if (noiseTable === undefined) {
    const random = new Random(0x6e6f6973);
    noiseTable = Float32Array.from({ length: NOISE_LENGTH }, () => random.normal());
  }
  return noiseTable;
}

/** CSS colour of three channels, each 0 … 255. */
export function css(red: number, green: number, blue: number): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** A named colour, each channel moved by at most 12. */
export function vary(random: Random, color: Color): string {
  const [red, green, blue] = COLOR_VALUES[color].map((value) =>
    Math.min(255, Math.max(0, value + random.integer(-12, 12))),
  );
  return css(red, green, blue);
}

/** A dark ink for characters: each channel 0 … `brightest`. */
export function ink(random: Random, brightest = 90): string {
  return css(random.integer(0, brightest), random.integer(0, brightest), random.integer(0, brightest));
}

/** Gaussian blur in both directions, edges repeated. `data` is RGB [side, side, 3]. */
function gaussianBlur(data: Float32Array, sigma: number): Float32Array {
  const radius = Math.ceil(2.5 * sigma);
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const pass = (source: Float32Array, alongStride: number, acrossStride: number): Float32Array => {
    const target = new Float32Array(source.length);
    for (let across = 0; across < PICTURE_SIDE; across++) {
      for (let along = 0; along < PICTURE_SIDE; along++) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let k = -radius; k <= radius; k++) {
          const position = Math.min(PICTURE_SIDE - 1, Math.max(0, along + k));
          const at = across * acrossStride + position * alongStride;
          const weight = weights[k + radius];
          red += weight * source[at];
          green += weight * source[at + 1];
          blue += weight * source[at + 2];
        }
        const to = across * acrossStride + along * alongStride;
        target[to] = red / total;
        target[to + 1] = green / total;
        target[to + 2] = blue / total;
      }
    }
    return target;
  };
  return pass(pass(data, 3, 3 * PICTURE_SIDE), 3 * PICTURE_SIDE, 3);
}

/** What the camera adds to a drawn picture. */
export interface Camera {
  /** Standard deviation of the blur in pixels; 0 = sharp. */
  readonly blur: number;
  /** Standard deviation of the noise, in 1/255; 0 = none. */
  readonly noise: number;
}

/**
 * A picture while it is drawn. Only one is alive at a time: making the next one wipes the canvas.
 */
export class Surface {
  readonly context: SKRSContext2D = context;
  readonly labels = new LabelGrid();

  /** Starts with a light, even background. */
  constructor(random: Random) {
    context.reset();
    context.fillStyle = css(random.integer(200, 255), random.integer(200, 255), random.integer(200, 255));
    context.fillRect(0, 0, PICTURE_SIDE, PICTURE_SIDE);
  }

  /** Reads the finished picture, with blur and noise. The image's memory is its own. */
  finish(random: Random, camera: Camera): RgbImage {
    const rgba = context.getImageData(0, 0, PICTURE_SIDE, PICTURE_SIDE).data;
    let values = new Float32Array(3 * PIXELS);
    for (let from = 0, to = 0; to < values.length; from += 4, to += 3) {
      values[to] = rgba[from];
      values[to + 1] = rgba[from + 1];
      values[to + 2] = rgba[from + 2];
    }
    if (camera.blur > 0) values = gaussianBlur(values, camera.blur) as Float32Array<ArrayBuffer>;
    if (camera.noise > 0) {
      const table = noise();
      const start = random.integer(0, NOISE_LENGTH - 1);
      for (let i = 0; i < values.length; i++) values[i] += camera.noise * table[(start + i) & (NOISE_LENGTH - 1)];
    }
    const clamped = new Uint8ClampedArray(values);
    return { width: PICTURE_SIDE, height: PICTURE_SIDE, data: new Uint8Array(clamped.buffer) };
  }
}
