/** Bytes that begin as an image does. */
import type { MimeBundle } from "../wire/index.js";
import type { Representation } from "./representation.js";
import { count } from "./text.js";

/** An image larger than this, in bytes, would make the notebook unusable. */
const MAX_BYTES = 32 * 2 ** 20;
/** Where the root of an SVG document is looked for. */
const PROLOGUE = 1024;

const SIGNATURES: readonly (readonly [type: string, name: string, pattern: RegExp])[] = [
  ["image/png", "PNG", /^\x89PNG\r\n/],
  ["image/jpeg", "JPEG", /^\xff\xd8\xff/],
  ["image/gif", "GIF", /^GIF8[79]a/],
  ["image/webp", "WebP", /^RIFF.{4}WEBP/s],
  [
    "image/svg+xml",
    "SVG",
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/s,
  ],
];

export const imageBytes: Representation = (value) => {
  if (!(value instanceof Uint8Array)) return undefined;
  return bundleOfImage(value);
};

/** The bundle of an image's bytes; undefined where they are of no known kind. */
export function bundleOfImage(bytes: Uint8Array): MimeBundle | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = buffer.toString("latin1", 0, PROLOGUE);
  const found = SIGNATURES.find(([, , pattern]) => pattern.test(start));
  if (found === undefined) return undefined;
  const [type, name] = found;
  const text = `${name} image, ${count(bytes.length, "byte")}`;
  if (bytes.length > MAX_BYTES)
    return { "text/plain": `${text}: too large to show here; write it to a file or make it smaller.` };
  return { [type]: type === "image/svg+xml" ? buffer.toString("utf8") : buffer.toString("base64"), "text/plain": text };
}
