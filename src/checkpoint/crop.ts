/** Cuts and pads pictures. */
import type { RgbImage } from "./resize.js";

/**
 * The centre of a picture. A side that is too short is filled up with black: as transformers' `center_crop`, by the larger
 * half before the picture where the difference is odd; a side that is too long loses the smaller half there.
 *
 * @param width pixels, ≥ 1. @param height pixels, ≥ 1.
 * @returns the same picture when its size is the wanted one.
 */
export function centreCrop(image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image;
  // Where the picture's first column and row come to lie; negative where they are cut off.
  return place(image, width, height, Math.ceil((width - image.width) / 2), Math.ceil((height - image.height) / 2));
}

/**
 * A picture on the smallest square that holds it, at its centre: the smaller half of the padding comes before it.
 *
 * @param colour red, green and blue of the padding, 0 … 255.
 */
export function padToSquare(image: RgbImage, colour: readonly [number, number, number]): RgbImage {
  const side = Math.max(image.width, image.height);
  if (image.width === image.height) return image;
  return place(image, side, side, (side - image.width) >> 1, (side - image.height) >> 1, colour);
}

/** A new picture of one colour with another one on it, whose corner is at (left, top). */
function place(
  image: RgbImage,
  width: number,
  height: number,
  left: number,
  top: number,
  colour: readonly [number, number, number] = [0, 0, 0],
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  if (colour.some((value) => value !== 0)) for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  const from = Math.max(0, -left);
  const to = Math.min(image.width, width - left);
  for (let y = Math.max(0, -top); y < Math.min(image.height, height - top); y++) {
    const row = y * image.width;
    data.set(image.data.subarray((row + from) * 3, (row + to) * 3), ((y + top) * width + left + from) * 3);
  }
  return { width, height, data };
}
