/**
 * Pictures to patches for Qwen2-VL and Qwen2.5-VL, with the numbers of transformers' Qwen2VLImageProcessor (the one that
 * resizes with PIL; its "fast" variant resizes with torchvision and differs from it by rounding).
 */
import { EspalierError } from "../errors.js";
import { MAX_PIXELS } from "./image.js";
import type { QwenImageProcessorConfig } from "./preprocessorConfig.js";
import { type RgbImage, resizeImage } from "./resize.js";

/** Patches of one or more pictures, one after the other. */
export interface PatchedImages {
  /**
   * float32 [Σ t·h·w, patchWidth]: the patches of one visual token (merge × merge) are neighbours; a patch is laid out as
   * [channel, frame, row, column].
   */
  readonly pixelValues: Float32Array;
  /** 3 · temporalPatchSize · patchSize². */
  readonly patchWidth: number;
  /** Per picture: frames (1 for a still picture), rows and columns of patches. */
  readonly gridThw: readonly (readonly [number, number, number])[];
}

/** Python's `round`: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * The size to which a picture is brought: multiples of `factor`, between `minPixels` and `maxPixels` in area, the
 * proportions kept as well as that allows.
 *
 * @param height pixels. @param width pixels. @param factor pixels along one side of a visual token.
 * @returns [height, width].
 * @throws EspalierError when one side is more than 200 times the other, or nothing would remain.
 */
export function smartResize(
  height: number,
  width: number,
  factor: number,
  minPixels: number,
  maxPixels: number,
): [number, number] {
  if (Math.max(height, width) / Math.min(height, width) > 200) {
    throw new EspalierError(
      `A picture of ${width} × ${height} pixels is too elongated; one side may be at most 200 times the other.`,
    );
  }
  let newHeight = roundHalfEven(height / factor) * factor;
  let newWidth = roundHalfEven(width / factor) * factor;
  if (newHeight * newWidth > maxPixels) {
    const shrink = Math.sqrt((height * width) / maxPixels);
    newHeight = Math.max(factor, Math.floor(height / shrink / factor) * factor);
    newWidth = Math.max(factor, Math.floor(width / shrink / factor) * factor);
  } else if (newHeight * newWidth < minPixels) {
    const grow = Math.sqrt(minPixels / (height * width));
    newHeight = Math.ceil((height * grow) / factor) * factor;
    newWidth = Math.ceil((width * grow) / factor) * factor;
  }
  if (newHeight * newWidth > MAX_PIXELS) {
    throw new EspalierError(
      `A picture of ${width} × ${height} pixels would be resized to ${newWidth} × ${newHeight}; at most ${MAX_PIXELS} pixels are supported, lower min_pixels.`,
    );
  }
  return [newHeight, newWidth];
}

/** The float32 value of every byte in every channel, in the order of operations and roundings that numpy has. */
function normalisationTable(config: QwenImageProcessorConfig): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    const mean = Math.fround(config.mean[channel]!);
    const std = Math.fround(config.std[channel]!);
    for (let byte = 0; byte < 256; byte++) {
      const rescaled = Math.fround(config.doRescale ? byte * config.rescaleFactor : byte);
      table[channel * 256 + byte] = config.doNormalize ? Math.fround(rescaled - mean) / std : rescaled;
    }
  }
  return table;
}

/**
 * Resizes, rescales, normalises and cuts pictures into patches.
 *
 * @param images any sizes; empty gives no patches.
 * @throws EspalierError when a picture is too elongated, or resizing is off and its sides are no multiples of a visual token's.
 */
export function patchImages(images: readonly RgbImage[], config: QwenImageProcessorConfig): PatchedImages {
  const { patchSize, temporalPatchSize, mergeSize } = config;
  const patchWidth = 3 * temporalPatchSize * patchSize * patchSize;
  const resized = images.map((image) => resizeForPatches(image, config));
  const gridThw = resized.map(({ width, height }) => [1, height / patchSize, width / patchSize] as const);
  const total = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  const pixelValues = new Float32Array(total * patchWidth);
  const table = normalisationTable(config);
  let patch = 0;
  resized.forEach((image, i) => {
    const [, rows, columns] = gridThw[i]!;
    // Visual tokens row by row, in each its patches row by row.
    for (let tokenRow = 0; tokenRow < rows; tokenRow += mergeSize) {
      for (let tokenColumn = 0; tokenColumn < columns; tokenColumn += mergeSize) {
        for (let k = 0; k < mergeSize * mergeSize; k++) {
          const row = tokenRow + Math.floor(k / mergeSize);
          const column = tokenColumn + (k % mergeSize);
          writePatch(
            image,
            row,
            column,
            config,
            table,
            pixelValues.subarray(patch * patchWidth, (patch + 1) * patchWidth),
          );
          patch++;
        }
      }
    }
  });
  return { pixelValues, patchWidth, gridThw };
}

function resizeForPatches(image: RgbImage, config: QwenImageProcessorConfig): RgbImage {
  const factor = config.patchSize * config.mergeSize;
  if (config.doResize) {
    const [height, width] = smartResize(image.height, image.width, factor, config.minPixels, config.maxPixels);
    return resizeImage(image, width, height, config.filter);
  }
  if (image.width % factor !== 0 || image.height % factor !== 0) {
    throw new EspalierError(
      `A picture of ${image.width} × ${image.height} pixels cannot be cut into visual tokens of ${factor} × ${factor}, and do_resize is off; resize it or turn do_resize on.`,
    );
  }
  return image;
}

/** One patch, [channel, frame, row, column]; a still picture is every frame. */
function writePatch(
  image: RgbImage,
  row: number,
  column: number,
  { patchSize, temporalPatchSize }: QwenImageProcessorConfig,
  table: Float32Array,
  into: Float32Array,
): void {
  const area = patchSize * patchSize;
  for (let channel = 0; channel < 3; channel++) {
    const start = channel * temporalPatchSize * area;
    let target = start;
    for (let y = 0; y < patchSize; y++) {
      let source = ((row * patchSize + y) * image.width + column * patchSize) * 3 + channel;
      for (let x = 0; x < patchSize; x++, source += 3) into[target++] = table[channel * 256 + image.data[source]!]!;
    }
    for (let frame = 1; frame < temporalPatchSize; frame++) into.copyWithin(start + frame * area, start, start + area);
  }
}
