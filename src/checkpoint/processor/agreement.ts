/** Whether the files of a checkpoint say the same: config.json, preprocessor_config.json, processor_config.json. */
import path from "node:path";
import { EspalierError } from "../../errors.js";
import { type ModelConfig, type Qwen25VlConfig, short } from "../config/index.js";
import { readOptionalJsonObject } from "../files.js";
import type {
  ClipImageProcessorConfig,
  ImageProcessorConfig,
  QwenVideoProcessorConfig,
  SiglipImageProcessorConfig,
} from "../imageProcessors/index.js";

/** Which image processor prepares an architecture's pictures. */
const PROCESSOR_OF: Readonly<Record<ModelConfig["architecture"], ImageProcessorConfig["kind"]>> = {
  qwen2_5_vl: "qwen2_vl",
  llava: "clip",
  gemma3: "siglip",
};

/** What one file says and what config.json wants: name, found, wanted. */
type Pair = readonly [name: string, found: unknown, wanted: unknown];

/**
 * Compares what the files of a checkpoint say about pictures.
 *
 * @throws EspalierError that names the first contradiction.
 */
export function checkAgreement(directory: string, config: ModelConfig, images: ImageProcessorConfig): void {
  const wanted = PROCESSOR_OF[config.architecture];
  if (images.kind !== wanted) {
    throw new EspalierError(
      `The checkpoint ${directory} contradicts itself: config.json is of ${config.architecture}, whose pictures a processor of the kind ${wanted} prepares, but preprocessor_config.json names one of the kind ${images.kind}.`,
    );
  }
  compare(directory, "preprocessor_config.json", imagePairs(config, images));
  const beside = readOptionalJsonObject(path.join(directory, "processor_config.json"));
  if (beside !== undefined) compare(directory, "processor_config.json", processorPairs(config, beside));
}

/** The same for what they say about videos. */
export function checkVideoAgreement(directory: string, config: Qwen25VlConfig, videos: QwenVideoProcessorConfig): void {
  compare(directory, "the settings for videos", layoutPairs(config, videos));
}

function compare(directory: string, file: string, pairs: readonly Pair[]): void {
  for (const [name, found, wanted] of pairs) {
    if (found === undefined || found === null || found === wanted) continue;
    throw new EspalierError(
      `The checkpoint ${directory} contradicts itself: ${name} is ${short(found)} in ${file} and ${short(wanted)} in config.json.`,
    );
  }
}

function imagePairs(config: ModelConfig, images: ImageProcessorConfig): Pair[] {
  if (images.kind !== "qwen2_vl") {
    const [height, width] = preparedSides(images);
    const { imageSize } = config.vision as { readonly imageSize: number };
    return [
      ["the height of a prepared picture", height, imageSize],
      ["the width of a prepared picture", width, imageSize],
    ];
  }
  return config.architecture === "qwen2_5_vl" ? layoutPairs(config, images) : [];
}

function layoutPairs(config: Qwen25VlConfig, layout: QwenVideoProcessorConfig): Pair[] {
  const { patchSize, temporalPatchSize, spatialMergeSize } = config.vision;
  return [
    ["patch_size", layout.patchSize, patchSize],
    ["temporal_patch_size", layout.temporalPatchSize, temporalPatchSize],
    ["merge_size", layout.mergeSize, spatialMergeSize],
  ];
}

/** Height and width that every picture comes to; a word where they differ from picture to picture. */
function preparedSides(images: ClipImageProcessorConfig | SiglipImageProcessorConfig): (number | string)[] {
  if (images.kind === "clip" && images.doCenterCrop) return [images.cropSize.height, images.cropSize.width];
  const { size } = images;
  if (!images.doResize || "shortestEdge" in size) return ["not fixed", "not fixed"];
  return [size.height, size.width];
}

function processorPairs(config: ModelConfig, beside: Record<string, unknown>): Pair[] {
  if (config.architecture === "llava") {
    return [
      ["patch_size", beside["patch_size"], config.vision.patchSize],
      ["vision_feature_select_strategy", beside["vision_feature_select_strategy"], config.vision.selectStrategy],
    ];
  }
  return config.architecture === "gemma3"
    ? [["image_seq_length", beside["image_seq_length"], config.tokensPerImage]]
    : [];
}
