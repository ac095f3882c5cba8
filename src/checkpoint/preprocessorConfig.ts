/** Reads preprocessor_config.json: how pictures become patches. */
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { check } from "./config/index.js";
import { isObject, readJsonObject } from "./files.js";
import type { ResizeFilter } from "./resize.js";

/** Settings of Qwen2VLImageProcessor; defaults are those of transformers. */
export interface QwenImageProcessorConfig {
  readonly kind: "qwen2_vl";
  readonly patchSize: number;
  readonly temporalPatchSize: number;
  readonly mergeSize: number;
  /** Fewest and most pixels of a resized picture. */
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly doResize: boolean;
  readonly filter: ResizeFilter;
  readonly doRescale: boolean;
  readonly rescaleFactor: number;
  readonly doNormalize: boolean;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Settings of any supported image processor, told apart by `kind`. */
export type ImageProcessorConfig = QwenImageProcessorConfig;

const QWEN_TYPES: readonly string[] = [
  "Qwen2VLImageProcessor",
  "Qwen2VLImageProcessorFast",
  "Qwen2_5_VLImageProcessor",
];

/** PIL's numbers of resampling filters. */
const FILTERS: Readonly<Record<number, ResizeFilter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic" };

const side = z.int().min(1).max(1024);
const pixels = z.int().min(1).max(1e12);
const perChannel = z.union([z.tuple([z.number(), z.number(), z.number()]), z.number()]);

const schema = z.looseObject({
  do_resize: z.boolean().nullish(),
  do_rescale: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  resample: z.int().nullish(),
  image_mean: perChannel.nullish(),
  image_std: perChannel.nullish(),
  patch_size: side.nullish(),
  temporal_patch_size: side.nullish(),
  merge_size: side.nullish(),
  min_pixels: pixels.nullish(),
  max_pixels: pixels.nullish(),
  size: z.looseObject({ shortest_edge: pixels.nullish(), longest_edge: pixels.nullish() }).nullish(),
});

/**
 * Reads the image processor's settings of a checkpoint directory: preprocessor_config.json, or the `image_processor`
 * part of processor_config.json, where newer transformers put it.
 *
 * @throws EspalierError when neither is there, the processor is of an unknown kind, or a value is out of range.
 */
export function readImageProcessorConfig(directory: string): ImageProcessorConfig {
  const file = path.join(directory, "preprocessor_config.json");
  const newer = path.join(directory, "processor_config.json");
  if (!fs.existsSync(file) && fs.existsSync(newer)) {
    const part = readJsonObject(newer)["image_processor"];
    if (isObject(part)) return parseImageProcessorConfig(part, `image_processor of ${newer}`);
  }
  return parseImageProcessorConfig(readJsonObject(file), file);
}

/**
 * Checks and normalises the contents of preprocessor_config.json.
 *
 * `min_pixels` and `max_pixels` count before `size.shortest_edge` and `size.longest_edge`, which mean the same here.
 *
 * @param where the file's name, for errors.
 * @throws EspalierError as `readImageProcessorConfig`.
 */
export function parseImageProcessorConfig(json: Record<string, unknown>, where: string): ImageProcessorConfig {
  const type = json["image_processor_type"] ?? json["feature_extractor_type"];
  if (typeof type !== "string" || !QWEN_TYPES.includes(type)) {
    const found =
      type === undefined
        ? "no image_processor_type"
        : `the unknown image processor ${JSON.stringify(type)?.slice(0, 80)}`;
    throw new EspalierError(`${where} has ${found}; supported: ${QWEN_TYPES.join(", ")}.`);
  }
  const values = check(schema, json, where, "");
  const filter = FILTERS[values.resample ?? 3];
  if (filter === undefined) {
    throw new EspalierError(
      `${where}: resample is ${values.resample}; 1 (lanczos), 2 (bilinear) or 3 (bicubic) is wanted.`,
    );
  }
  const minPixels = values.min_pixels ?? values.size?.shortest_edge ?? 56 * 56;
  const maxPixels = values.max_pixels ?? values.size?.longest_edge ?? 28 * 28 * 1280;
  if (minPixels > maxPixels) {
    throw new EspalierError(
      `${where}: min_pixels is ${minPixels}, more than max_pixels (${maxPixels}); exchange or correct them.`,
    );
  }
  const std = triple(values.image_std ?? [0.26862954, 0.26130258, 0.27577711]);
  if (std.includes(0))
    throw new EspalierError(
      `${where}: image_std is [${std}]; zero cannot be divided by; give the deviation of each channel.`,
    );
  return {
    kind: "qwen2_vl",
    patchSize: values.patch_size ?? 14,
    temporalPatchSize: values.temporal_patch_size ?? 2,
    mergeSize: values.merge_size ?? 2,
    minPixels,
    maxPixels,
    doResize: values.do_resize ?? true,
    filter,
    doRescale: values.do_rescale ?? true,
    rescaleFactor: values.rescale_factor ?? 1 / 255,
    doNormalize: values.do_normalize ?? true,
    mean: triple(values.image_mean ?? [0.48145466, 0.4578275, 0.40821073]),
    std,
  };
}

function triple(value: number | [number, number, number]): [number, number, number] {
  return typeof value === "number" ? [value, value, value] : value;
}
