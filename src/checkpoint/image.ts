/** Decodes picture files to 8-bit RGB, with the pixels that PIL's `Image.open(file).convert("RGB")` gives. */
import path from "node:path";
import { EspalierError } from "../errors.js";
import { readBytes } from "./files.js";
import type { RgbImage } from "./resize.js";

/** Most pixels that are decoded: PIL's own limit. */
export const MAX_PIXELS = 178_956_970;
const MAX_FILE_BYTES = 1024 ** 3;
const FORMATS: readonly string[] = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/**
 * Decodes a picture.
 *
 * As transformers sees it through PIL: an EXIF orientation is not applied, colour profiles are ignored, an alpha channel is
 * dropped (not blended), CMYK is converted by `(255 − K)·(255 − C)/255`, of an animation the first frame counts.
 * **Differs from PIL** in 16-bit greyscale, which PIL turns white and which is refused here.
 *
 * @param bytes an encoded JPEG, PNG, WebP, GIF, TIFF or AVIF picture.
 * @param name what errors call it.
 * @throws EspalierError when the picture is damaged, truncated, of another format, or has more than 178,956,970 pixels.
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<RgbImage> {
  if (bytes.length === 0)
    throw new EspalierError(`The picture ${name} is empty; give an undamaged JPEG, PNG, WebP, GIF, TIFF or AVIF.`);
  try {
    // Loaded with the first picture: most programs decode none.
    const { default: sharp } = await import("sharp");
    const options = { ignoreIcc: true, failOn: "truncated", limitInputPixels: MAX_PIXELS } as const;
    const { format, space, depth } = await sharp(bytes, options).metadata();
    if (!FORMATS.includes(format)) throw unsupported(name, `is a ${format} picture`);
    if (depth !== "uchar" && space !== "rgb16")
      throw unsupported(name, `has ${depth} samples in the colour space ${space}`);
    const colourSpace = space === "cmyk" ? "cmyk" : "srgb";
    const { data, info } = await sharp(bytes, options)
      .pipelineColourspace(colourSpace)
      .toColourspace(colourSpace)
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = space === "cmyk" ? cmykToRgb(data, channels) : firstThree(data, channels);
    return { width, height, data: pixels };
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    const detail = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new EspalierError(
      `The picture ${name} cannot be decoded (${detail}); an undamaged JPEG, PNG, WebP, GIF, TIFF or AVIF of at most ${MAX_PIXELS} pixels is wanted.`,
      { cause },
    );
  }
}

/**
 * `decodeImage` of a file.
 *
 * @example
 * const { width, height, data } = await readImage("chart.png");
 */
export async function readImage(file: string): Promise<RgbImage> {
  return decodeImage(readBytes(file, MAX_FILE_BYTES), path.basename(file));
}

function unsupported(name: string, what: string): EspalierError {
  return new EspalierError(`The picture ${name} ${what}, which is not supported; convert it to an 8-bit PNG or JPEG.`);
}

/** The first three of `channels` interleaved channels; one channel is repeated. */
function firstThree(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data);
  const count = data.length / channels;
  const rgb = new Uint8Array(count * 3);
  const step = channels < 3 ? 0 : 1;
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[channels * i + c * step]!;
  }
  return rgb;
}

function cmykToRgb(data: Uint8Array, channels: number): Uint8Array {
  const count = data.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    const light = 255 - data[channels * i + 3]!;
    for (let c = 0; c < 3; c++) {
      // light·ink / 255, rounded, in integers.
      const product = data[channels * i + c]! * light + 128;
      rgb[3 * i + c] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}
