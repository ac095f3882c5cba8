/**
 * Pictures to patches for Qwen2-VL and Qwen2.5-VL, with the numbers of transformers' Qwen2VLImageProcessor (the one that
 * resizes with PIL; its "fast" variant resizes with torchvision and differs from it by rounding).
 */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check } from "../config/index.js";
import { MAX_PIXELS } from "../image.js";
import { type RgbImage, resizeImage } from "../resize.js";
import type { ImageProcessor } from "./imageProcessor.js";
import { cutPatches, type PatchLayout } from "./patches.js";
import { CLIP_PIXELS, normalisationTable, type PixelConfig, pixelFields, readPixels } from "./pixels.js";

/** Settings; defaults are those of transformers. */
export interface QwenImageProcessorConfig extends PixelConfig, PatchLayout {
  readonly kind: "qwen2_vl";
  /** Fewest and most pixels of a resized picture. */
  readonly minPixels: number;
  readonly maxPixels: number;
}

const side = z.int().min(1).max(1024);
const pixels = z.int().min(1).max(1e12);

const schema = z.looseObject({
  ...pixelFields,
  patch_size: side.nullish(),
  temporal_patch_size: side.nullish(),
  merge_size: side.nullish(),
  min_pixels: pixels.nullish(),
  max_pixels: pixels.nullish(),
  size: z.looseObject({ shortest_edge: pixels.nullish(), longest_edge: pixels.nullish() }).nullish(),
});

const BICUBIC = 3;

/**
 * Reads the settings for pictures, or those for videos, which have other limits.
 *
 * `min_pixels` and `max_pixels` count before `size.shortest_edge` and `size.longest_edge`, which mean the same here.
 *
 * @param limits fewest and most pixels where the file names none.
 * @throws EspalierError when a value is out of range.
 */
export function readQwenSettings(
  json: Record<string, unknown>,
  where: string,
  limits: readonly [number, number],
): Omit<QwenImageProcessorConfig, "kind"> {
  const values = check(schema, json, where, "");
  const minPixels = values.min_pixels ?? values.size?.shortest_edge ?? limits[0];
  const maxPixels = values.max_pixels ?? values.size?.longest_edge ?? limits[1];
  if (minPixels > maxPixels) {
    throw new EspalierError(
      `${where}: min_pixels is ${minPixels}, more than max_pixels (${maxPixels}); exchange or correct them.`,
    );
  }
  return {
    patchSize: values.patch_size ?? 14,
    temporalPatchSize: values.temporal_patch_size ?? 2,
    mergeSize: values.merge_size ?? 2,
    minPixels,
    maxPixels,
    ...readPixels(values, { resample: BICUBIC, ...CLIP_PIXELS }, where),
  };
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

/**
 * [height, width] that a picture or a frame is brought to.
 *
 * @throws EspalierError when it is too elongated, or resizing is off and its sides are no multiples of a visual token's.
 */
export function sidesForPatches(image: RgbImage, config: Omit<QwenImageProcessorConfig, "kind">): [number, number] {
  const factor = config.patchSize * config.mergeSize;
  if (config.doResize) return smartResize(image.height, image.width, factor, config.minPixels, config.maxPixels);
  if (image.width % factor !== 0 || image.height % factor !== 0) {
    throw new EspalierError(
      `A picture of ${image.width} × ${image.height} pixels cannot be cut into visual tokens of ${factor} × ${factor}, and do_resize is off; resize it or turn do_resize on.`,
    );
  }
  return [image.height, image.width];
}

export const qwenImageProcessor: ImageProcessor<QwenImageProcessorConfig> = {
  kind: "qwen2_vl",
  types: ["Qwen2VLImageProcessor", "Qwen2VLImageProcessorFast", "Qwen2_5_VLImageProcessor"],
  read: (json, _type, where) => ({ kind: "qwen2_vl", ...readQwenSettings(json, where, [56 * 56, 28 * 28 * 1280]) }),
  patch(images, config) {
    const resized = images.map((image) => {
      const [height, width] = sidesForPatches(image, config);
      return [resizeImage(image, width, height, config.filter)];
    });
    return cutPatches(resized, config, normalisationTable(config));
  },
};
