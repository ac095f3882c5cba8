/**
 * Antialiased resizing of 8-bit pictures by convolution, with the results of Pillow's `Image.resize` byte for byte: each
 * output pixel is a weighted mean of the inputs below the filter, the filter is widened when the picture shrinks, sums are in
 * fixed point with 22 fractional bits and are rounded to 8 bits after each of the two passes. The order of the passes is that
 * of Pillow 13 (`columnsFirst`); Pillow ≤ 12 always resizes rows first, which rounds a few pixels of tall pictures differently.
 *
 * The same with the results of PyTorch's antialiased `interpolate` of bytes (torchvision's `resize`), which differ by rounding:
 * its weights are 16-bit numbers with as many fractional bits as the largest leaves, and rows always come first.
 */

/** A picture in 8-bit RGB, row by row: `data[(y·width + x)·3 + channel]`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** uint8 [height·width·3]. */
  readonly data: Uint8Array;
}

export type ResizeFilter = "bilinear" | "bicubic" | "lanczos";

/** Whose rounding a resized picture has. */
export type ResizeRounding = "pillow" | "torch";

const PILLOW_BITS = 22;

function sinc(x: number): number {
  if (x === 0) return 1;
  const scaled = x * Math.PI;
  return Math.sin(scaled) / scaled;
}

/** Keys' cubic with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const distance = Math.abs(x);
  if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
  return 0;
}

const FILTERS: Readonly<Record<ResizeFilter, { radius: number; weight: (x: number) => number }>> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { radius: 2, weight: cubic },
  lanczos: { radius: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** For each output position: its first input position, how many inputs count, and their fixed-point weights. */
interface Coefficients {
  readonly first: Int32Array;
  readonly length: Int32Array;
  /** int32 [outSize·stride]. */
  readonly weights: Int32Array;
  readonly stride: number;
  /** Fractional bits of the weights. */
  readonly bits: number;
}

/** Fractional bits with which the largest weight is still a 16-bit number. */
function torchBits(largest: number): number {
  let bits = 0;
  while (bits < PILLOW_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  return bits;
}

function coefficients(inSize: number, outSize: number, filter: ResizeFilter, rounding: ResizeRounding): Coefficients {
  const { radius, weight } = FILTERS[filter];
  const scale = inSize / outSize;
  const widening = Math.max(scale, 1);
  const support = radius * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const length = new Int32Array(outSize);
  const raw = new Float64Array(outSize * stride);
  let largest = 0;
  for (let out = 0; out < outSize; out++) {
    const centre = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inSize, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const value = weight((i + from - centre + 0.5) * (1 / widening));
      raw[out * stride + i] = value;
      sum += value;
    }
    for (let i = out * stride; i < out * stride + count; i++) {
      if (sum !== 0) raw[i]! /= sum;
      largest = Math.max(largest, raw[i]!);
    }
    first[out] = from;
    length[out] = count;
  }
  const bits = rounding === "pillow" ? PILLOW_BITS : torchBits(largest);
  const weights = Int32Array.from(raw, (value) => Math.trunc(value * (1 << bits) + (value < 0 ? -0.5 : 0.5)));
  return { first, length, weights, stride, bits };
}

/** Each row of [height, width, 3] resized to outWidth. */
function resizeRows(
  data: Uint8Array,
  width: number,
  height: number,
  outWidth: number,
  filter: ResizeFilter,
  rounding: ResizeRounding,
): Uint8Array {
  const { first, length, weights, stride, bits } = coefficients(width, outWidth, filter, rounding);
  // One half in fixed point; sums start with it, so that the shift rounds.
  const half = 1 << (bits - 1);
  // Clamped: weights may be negative, so a sum may leave 0 … 255.
  const result = new Uint8ClampedArray(height * outWidth * 3);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let red = half;
      let green = half;
      let blue = half;
      let source = (y * width + first[x]!) * 3;
      const end = x * stride + length[x]!;
      for (let k = x * stride; k < end; k++) {
        const w = weights[k]!;
        red += data[source]! * w;
        green += data[source + 1]! * w;
        blue += data[source + 2]! * w;
        source += 3;
      }
      result[target++] = red >> bits;
      result[target++] = green >> bits;
      result[target++] = blue >> bits;
    }
  }
  return new Uint8Array(result.buffer);
}

/** Each column of [height, width, 3] resized to outHeight. */
function resizeColumns(
  data: Uint8Array,
  width: number,
  height: number,
  outHeight: number,
  filter: ResizeFilter,
  rounding: ResizeRounding,
): Uint8Array {
  const { first, length, weights, stride, bits } = coefficients(height, outHeight, filter, rounding);
  const rowLength = width * 3;
  const result = new Uint8ClampedArray(outHeight * rowLength);
  // A row of sums at a time, so that memory is read in order.
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(1 << (bits - 1));
    for (let k = 0; k < length[y]!; k++) {
      const w = weights[y * stride + k]!;
      const source = (first[y]! + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i]! += data[source + i]! * w;
    }
    const target = y * rowLength;
    for (let i = 0; i < rowLength; i++) result[target + i] = sums[i]! >> bits;
  }
  return new Uint8Array(result.buffer);
}

/** Whether columns are resized before rows: when the height shrinks by more than twice as many pixels as the width. */
function columnsFirst(image: RgbImage, width: number, height: number): boolean {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

/**
 * Resizes a picture as Pillow's `Image.resize` does, or as torchvision's `resize` does.
 *
 * @param image at least 1 × 1.
 * @param width new width in pixels, ≥ 1. @param height new height in pixels, ≥ 1.
 * @param filter "bicubic" (a = −0.5), "bilinear" or "lanczos" (three lobes).
 * @param rounding default "pillow"; "torch" knows no "lanczos", which is resized with its rounding all the same.
 * @returns a new picture; the same one when the size does not change.
 * @throws RangeError when a size is not a positive integer.
 */
export function resizeImage(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResizeFilter,
  rounding: ResizeRounding = "pillow",
): RgbImage {
  if (![width, height, image.width, image.height].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new RangeError(
      `Cannot resize ${image.width} × ${image.height} to ${width} × ${height}: sizes must be positive integers.`,
    );
  }
  if (width === image.width && height === image.height) return image;
  const { data } = image;
  if (height === image.height)
    return { width, height, data: resizeRows(data, image.width, height, width, filter, rounding) };
  if (rounding === "pillow" && columnsFirst(image, width, height)) {
    const columns = resizeColumns(data, image.width, image.height, height, filter, rounding);
    return {
      width,
      height,
      data: width === image.width ? columns : resizeRows(columns, image.width, height, width, filter, rounding),
    };
  }
  const rows = width === image.width ? data : resizeRows(data, image.width, image.height, width, filter, rounding);
  return { width, height, data: resizeColumns(rows, width, image.height, height, filter, rounding) };
}
