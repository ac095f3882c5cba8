/** Canvases of any library: they have a size and give a PNG by `toBuffer`, `encode` or `toDataURL`. */
import type { MimeBundle } from "../wire/index.js";
import { hasProperty, methodOf, readOf } from "./properties.js";
import type { Representation } from "./representation.js";

const DATA_URL = /^data:(image\/[\w.+-]+);base64,(.+)$/s;
const METHODS: readonly (readonly [name: string, argument: string])[] = [
  ["toBuffer", "image/png"],
  ["encode", "png"],
  ["toDataURL", "image/png"],
];

export const canvas: Representation = (value) => {
  if (!["width", "height"].every((key) => hasProperty(value, key)) || methodOf(value, "getContext") === undefined)
    return undefined;
  const [name, argument] = METHODS.find(([method]) => methodOf(value, method) !== undefined) ?? [];
  if (name === undefined) return undefined;
  const text = `Canvas, ${String(readOf(value, "width"))} × ${String(readOf(value, "height"))} pixels`;
  const encoded = methodOf(value, name)!.call(value, argument);
  return encoded instanceof Promise ? encoded.then((image) => bundleOf(image, text)) : bundleOf(encoded, text);
};

function bundleOf(image: unknown, text: string): MimeBundle {
  if (image instanceof Uint8Array)
    return {
      "image/png": Buffer.from(image.buffer, image.byteOffset, image.length).toString("base64"),
      "text/plain": text,
    };
  const match = typeof image === "string" ? DATA_URL.exec(image) : null;
  if (match === null) throw new TypeError("the canvas gave no image");
  return { [match[1]!]: match[2]!, "text/plain": text };
}
