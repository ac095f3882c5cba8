/**
 * Pictures to patches for SigLIP's tower, with the numbers of transformers' Gemma3ImageProcessor and SiglipImageProcessor
 * (those that resize with PIL; their "fast" variants resize with torchvision and differ by rounding): every picture is
 * stretched to one size.
 */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check } from "../config/index.js";
import { resizeImage } from "../resize.js";
import { checkDivisible, type ImageProcessor } from "./imageProcessor.js";
import { cutPatches } from "./patches.js";
import { normalisationTable, type PixelConfig, pixelFields, readPixels } from "./pixels.js";
import { readSides } from "./sizes.js";

/** Settings; defaults are those of transformers. */
export interface SiglipImageProcessorConfig extends PixelConfig {
  readonly kind: "siglip";
  /** Of vision_config in config.json. */
  readonly patchSize: number;
  readonly size: { readonly height: number; readonly width: number };
}

const GEMMA_TYPES: readonly string[] = ["Gemma3ImageProcessor", "Gemma3ImageProcessorFast"];

const schema = z.looseObject({ ...pixelFields, do_pan_and_scan: z.boolean().nullish() });

const BILINEAR = 2;
const BICUBIC = 3;
const DEFAULT_SIDE = 224;

function read(
  json: Record<string, unknown>,
  type: string,
  where: string,
  patchSize: () => number,
): SiglipImageProcessorConfig {
  const values = check(schema, json, where, "");
  if (values.do_pan_and_scan) {
    throw new EspalierError(
      `${where}: do_pan_and_scan is true, which adds crops of long pictures; it is not supported, set it to false.`,
    );
  }
  const resample = GEMMA_TYPES.includes(type) ? BILINEAR : BICUBIC;
  return {
    kind: "siglip",
    patchSize: patchSize(),
    size: readSides(json["size"] ?? DEFAULT_SIDE, "size", where),
    ...readPixels(values, { resample, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }, where),
  };
}

export const siglipImageProcessor: ImageProcessor<SiglipImageProcessorConfig> = {
  kind: "siglip",
  types: [...GEMMA_TYPES, "SiglipImageProcessor", "SiglipImageProcessorFast"],
  read,
  patch(images, config) {
    const layout = { patchSize: config.patchSize, temporalPatchSize: 1, mergeSize: 1 };
    const prepared = images.map((image) => {
      const resized = config.doResize
        ? resizeImage(image, config.size.width, config.size.height, config.filter)
        : image;
      checkDivisible(resized, config.patchSize);
      return [resized];
    });
    return cutPatches(prepared, layout, normalisationTable(config));
  },
};
