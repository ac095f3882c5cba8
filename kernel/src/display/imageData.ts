/** Pixels as canvases give them: `{ width, height, data }`, four bytes a pixel. */
import { encodePng } from "./png.js";
import { hasProperty, readOf } from "./properties.js";
import type { Representation } from "./representation.js";
import { count } from "./text.js";

/** More pixels take seconds to encode. */
const MAX_PIXELS = 2 ** 24;

export const imageData: Representation = (value) => {
  if (!["width", "height", "data"].every((key) => hasProperty(value, key))) return undefined;
  const data = readOf(value, "data");
  const [width, height] = [readOf(value, "width"), readOf(value, "height")];
  if (!(data instanceof Uint8ClampedArray) || !isLength(width) || !isLength(height)) return undefined;
  if (data.length !== width * height * 4) return undefined;
  const text = `Image, ${width} × ${height} pixels`;
  if (width * height > MAX_PIXELS)
    return { "text/plain": `${text}: more than ${count(MAX_PIXELS, "pixel")}, too many to show; make it smaller.` };
  return { "image/png": encodePng(width, height, data).toString("base64"), "text/plain": text };
};

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
