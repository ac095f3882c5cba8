/**
 * How pictures become patches, as preprocessor_config.json says. A new image processor is one file here and one line in
 * `PROCESSORS`.
 */
import fs from "node:fs";
import path from "node:path";
import { EspalierError } from "../../errors.js";
import { readConfig, short } from "../config/index.js";
import { isObject, readJsonObject } from "../files.js";
import type { RgbImage } from "../resize.js";
import { type ClipImageProcessorConfig, clipImageProcessor } from "./clipImageProcessor.js";
import type { ImageProcessor } from "./imageProcessor.js";
import type { PatchedImages } from "./patches.js";
import { type QwenImageProcessorConfig, qwenImageProcessor } from "./qwenImageProcessor.js";
import { type SiglipImageProcessorConfig, siglipImageProcessor } from "./siglipImageProcessor.js";

export type { ClipImageProcessorConfig } from "./clipImageProcessor.js";
export { joinPatches, type PatchedImages } from "./patches.js";
export { type QwenImageProcessorConfig, smartResize } from "./qwenImageProcessor.js";
export {
  parseVideoProcessorConfig,
  patchVideos,
  type QwenVideoProcessorConfig,
  readVideoProcessorConfig,
  secondsPerGrid,
  type Video,
} from "./qwenVideoProcessor.js";
export type { SiglipImageProcessorConfig } from "./siglipImageProcessor.js";

/** Settings of any supported image processor, told apart by `kind`. */
export type ImageProcessorConfig = QwenImageProcessorConfig | ClipImageProcessorConfig | SiglipImageProcessorConfig;

type AnyProcessor =
  | ImageProcessor<QwenImageProcessorConfig>
  | ImageProcessor<ClipImageProcessorConfig>
  | ImageProcessor<SiglipImageProcessorConfig>;

const PROCESSORS: readonly AnyProcessor[] = [qwenImageProcessor, clipImageProcessor, siglipImageProcessor];

/**
 * Reads the image processor's settings of a checkpoint directory: preprocessor_config.json, or the `image_processor`
 * part of processor_config.json, where newer transformers put it. The patch size, where that file has none, is
 * config.json's.
 *
 * @throws EspalierError when a file is missing, the processor is of an unknown kind, or a value is out of range.
 */
export function readImageProcessorConfig(directory: string): ImageProcessorConfig {
  const file = path.join(directory, "preprocessor_config.json");
  const newer = path.join(directory, "processor_config.json");
  const patchSize = () => readConfig(directory).vision.patchSize;
  if (!fs.existsSync(file) && fs.existsSync(newer)) {
    const part = readJsonObject(newer)["image_processor"];
    if (isObject(part)) return parse(part, `image_processor of ${newer}`, patchSize);
  }
  return parse(readJsonObject(file), file, patchSize);
}

/**
 * Checks and normalises the contents of preprocessor_config.json.
 *
 * @param where the file's name, for errors.
 * @param patchSize pixels along one side of a patch, for the processors whose file does not have it (all but Qwen's).
 * @throws EspalierError as `readImageProcessorConfig`.
 */
export function parseImageProcessorConfig(
  json: Record<string, unknown>,
  where: string,
  patchSize?: number,
): ImageProcessorConfig {
  return parse(json, where, () => {
    if (patchSize !== undefined) return patchSize;
    throw new EspalierError(`${where} has no patch size; it is in vision_config of config.json, give it beside.`);
  });
}

function parse(json: Record<string, unknown>, where: string, patchSize: () => number): ImageProcessorConfig {
  const type = json["image_processor_type"] ?? json["feature_extractor_type"];
  const processor = PROCESSORS.find(({ types }) => typeof type === "string" && types.includes(type));
  if (processor !== undefined) return processor.read(json, type as string, where, patchSize);
  const found = type === undefined ? "no image_processor_type" : `the unknown image processor ${short(type)}`;
  throw new EspalierError(`${where} has ${found}; supported: ${PROCESSORS.flatMap(({ types }) => types).join(", ")}.`);
}

/**
 * Resizes, rescales, normalises and cuts pictures into patches.
 *
 * @param images any sizes; empty gives no patches.
 * @throws EspalierError when a picture is too elongated, or does not come to a size that can be cut.
 */
export function patchImages(images: readonly RgbImage[], config: ImageProcessorConfig): PatchedImages {
  const processor = PROCESSORS.find(({ kind }) => kind === config.kind)!;
  return (processor as ImageProcessor<ImageProcessorConfig>).patch(images, config);
}
