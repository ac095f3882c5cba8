/** What all image processors do to a picture's bytes: a filter for resizing, then rescaling and normalising. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import type { ResizeFilter } from "../resize.js";

export interface PixelConfig {
  readonly doResize: boolean;
  readonly filter: ResizeFilter;
  readonly doRescale: boolean;
  readonly rescaleFactor: number;
  readonly doNormalize: boolean;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** PIL's numbers of resampling filters. */
const FILTERS: Readonly<Record<number, ResizeFilter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic" };

const perChannel = z.union([z.tuple([z.number(), z.number(), z.number()]), z.number()]);

/** Their fields in preprocessor_config.json. */
export const pixelFields = {
  do_resize: z.boolean().nullish(),
  resample: z.int().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: perChannel.nullish(),
  image_std: perChannel.nullish(),
};

/** Mean and deviation of the pictures that CLIP was trained on. */
export const CLIP_PIXELS = {
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
} as const;

export interface PixelDefaults {
  /** PIL's number of the filter. */
  readonly resample: number;
  readonly image_mean: readonly [number, number, number];
  readonly image_std: readonly [number, number, number];
}

/** @throws EspalierError for a filter that PIL does not have, and a deviation of zero. */
export function readPixels(
  values: z.infer<z.ZodObject<typeof pixelFields>>,
  defaults: PixelDefaults,
  where: string,
): PixelConfig {
  const filter = FILTERS[values.resample ?? defaults.resample];
  if (filter === undefined) {
    throw new EspalierError(
      `${where}: resample is ${values.resample}; 1 (lanczos), 2 (bilinear) or 3 (bicubic) is wanted.`,
    );
  }
  const std = triple(values.image_std ?? defaults.image_std);
  if (std.includes(0)) {
    throw new EspalierError(
      `${where}: image_std is [${std}]; zero cannot be divided by; give the deviation of each channel.`,
    );
  }
  return {
    doResize: values.do_resize ?? true,
    filter,
    doRescale: values.do_rescale ?? true,
    rescaleFactor: values.rescale_factor ?? 1 / 255,
    doNormalize: values.do_normalize ?? true,
    mean: triple(values.image_mean ?? defaults.image_mean),
    std,
  };
}

function triple(value: number | readonly [number, number, number]): readonly [number, number, number] {
  return typeof value === "number" ? [value, value, value] : value;
}

/**
 * The float32 value of every byte in every channel, [3 · 256], in the order of operations and roundings of the processors
 * that compute with numpy.
 */
export function normalisationTable(config: PixelConfig): Float32Array {
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
 * As `normalisationTable`, with the roundings of the processors that compute with torch: every factor is float32, rescaling
 * and normalising are fused.
 */
export function torchNormalisationTable(config: PixelConfig): Float32Array {
  const { doRescale, doNormalize, rescaleFactor } = config;
  // The scale of the bytes that mean and deviation are brought to.
  const scale = doRescale ? Math.fround(1 / rescaleFactor) : 1;
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    const mean = Math.fround(Math.fround(config.mean[channel]!) * scale);
    const std = Math.fround(Math.fround(config.std[channel]!) * scale);
    for (let byte = 0; byte < 256; byte++) {
      const rescaled = doRescale ? byte * Math.fround(rescaleFactor) : byte;
      table[channel * 256 + byte] = doNormalize ? Math.fround(byte - mean) / std : rescaled;
    }
  }
  return table;
}
