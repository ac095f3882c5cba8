/**
 * Pictures to patches for CLIP's tower, with the numbers of transformers' CLIPImageProcessor and LlavaImageProcessor (those
 * that resize with PIL; their "fast" variants resize with torchvision and differ by rounding, and centre a picture that is too
 * small for the crop one pixel further up or left): optionally padded to a square, resized, cropped at the centre.
 */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check } from "../config/index.js";
import { centreCrop, padToSquare } from "../crop.js";
import { MAX_PIXELS } from "../image.js";
import { type RgbImage, resizeImage } from "../resize.js";
import { checkDivisible, type ImageProcessor } from "./imageProcessor.js";
import { cutPatches } from "./patches.js";
import { CLIP_PIXELS, normalisationTable, type PixelConfig, pixelFields, readPixels } from "./pixels.js";
import { readSides, readTargetSize, type TargetSize } from "./sizes.js";

/** Settings; defaults are those of transformers. */
export interface ClipImageProcessorConfig extends PixelConfig {
  readonly kind: "clip";
  /** Of vision_config in config.json. */
  readonly patchSize: number;
  /** Whether a picture is first laid on a square of the mean colour; only LLaVA's own processor does. */
  readonly doPad: boolean;
  readonly size: TargetSize;
  readonly doCenterCrop: boolean;
  readonly cropSize: { readonly height: number; readonly width: number };
}

const PADDING_TYPES: readonly string[] = ["LlavaImageProcessor", "LlavaImageProcessorFast"];

const schema = z.looseObject({
  ...pixelFields,
  do_pad: z.boolean().nullish(),
  do_center_crop: z.boolean().nullish(),
});

const BICUBIC = 3;
const DEFAULT_SIDE = 224;

function read(
  json: Record<string, unknown>,
  type: string,
  where: string,
  patchSize: () => number,
): ClipImageProcessorConfig {
  const values = check(schema, json, where, "");
  const pixels = readPixels(values, { resample: BICUBIC, ...CLIP_PIXELS }, where);
  const doPad = PADDING_TYPES.includes(type) && (values.do_pad ?? false);
  if (doPad && pixels.mean.some((mean) => mean < 0 || mean > 1)) {
    throw new EspalierError(
      `${where}: image_mean is [${pixels.mean}] and colours the padding; numbers from 0 to 1 are wanted, or do_pad off.`,
    );
  }
  return {
    kind: "clip",
    patchSize: patchSize(),
    doPad,
    size: readTargetSize(json["size"] ?? DEFAULT_SIDE, "size", where),
    doCenterCrop: values.do_center_crop ?? true,
    cropSize: readSides(json["crop_size"] ?? DEFAULT_SIDE, "crop_size", where),
    ...pixels,
  };
}

/** [height, width] of the resized picture. */
function targetSides(image: RgbImage, size: TargetSize): [number, number] {
  if (!("shortestEdge" in size)) return [size.height, size.width];
  const { width, height } = image;
  const short = Math.min(width, height);
  const long = Math.trunc((size.shortestEdge * Math.max(width, height)) / short);
  if (size.shortestEdge * long > MAX_PIXELS) {
    throw new EspalierError(
      `A picture of ${width} × ${height} pixels is too elongated: its shorter side brought to ${size.shortestEdge} pixels, it would have more than ${MAX_PIXELS} pixels. Crop it.`,
    );
  }
  return width <= height ? [long, size.shortestEdge] : [size.shortestEdge, long];
}

function prepare(image: RgbImage, config: ClipImageProcessorConfig): RgbImage {
  let result = image;
  if (config.doPad)
    result = padToSquare(result, config.mean.map((mean) => Math.trunc(mean * 255)) as [number, number, number]);
  if (config.doResize) {
    const [height, width] = targetSides(result, config.size);
    result = resizeImage(result, width, height, config.filter);
  }
  if (config.doCenterCrop) result = centreCrop(result, config.cropSize.width, config.cropSize.height);
  checkDivisible(result, config.patchSize);
  return result;
}

export const clipImageProcessor: ImageProcessor<ClipImageProcessorConfig> = {
  kind: "clip",
  types: ["CLIPImageProcessor", "CLIPImageProcessorFast", "CLIPFeatureExtractor", ...PADDING_TYPES],
  read,
  patch(images, config) {
    const layout = { patchSize: config.patchSize, temporalPatchSize: 1, mergeSize: 1 };
    return cutPatches(
      images.map((image) => [prepare(image, config)]),
      layout,
      normalisationTable(config),
    );
  },
};
