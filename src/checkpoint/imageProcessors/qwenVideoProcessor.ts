/** Videos to patches for Qwen2.5-VL, with the numbers of transformers' Qwen2VLVideoProcessor, which resizes with torchvision. */
import fs from "node:fs";
import path from "node:path";
import { EspalierError } from "../../errors.js";
import { short } from "../config/index.js";
import { isObject, readJsonObject } from "../files.js";
import { type RgbImage, resizeImage } from "../resize.js";
import { cutPatches, type PatchedImages } from "./patches.js";
import { torchNormalisationTable } from "./pixels.js";
import { type QwenImageProcessorConfig, readQwenSettings, sidesForPatches } from "./qwenImageProcessor.js";

/** A video, its frames sampled at an even pace. */
export interface Video {
  /** At least one, all of one size. */
  readonly frames: readonly RgbImage[];
  /** Of these frames, how many show one second; > 0. */
  readonly fps: number;
}

/** Settings of Qwen2VLVideoProcessor; `minPixels` and `maxPixels` are of one frame. */
export type QwenVideoProcessorConfig = Omit<QwenImageProcessorConfig, "kind">;

const TYPES: readonly string[] = ["Qwen2VLVideoProcessor"];
const LIMITS = [128 * 28 * 28, 768 * 28 * 28] as const;
const FILES = ["video_preprocessor_config.json", "preprocessor_config.json", "processor_config.json"];

/**
 * Reads the settings for videos of a checkpoint directory, from the first file that is there as transformers does:
 * video_preprocessor_config.json; preprocessor_config.json, whose limits for pictures then hold for frames; or the
 * `video_processor` part of processor_config.json.
 *
 * @throws EspalierError when there is none of them, the processor is of an unknown kind, or a value is out of range.
 */
export function readVideoProcessorConfig(directory: string): QwenVideoProcessorConfig {
  const found = FILES.map((name) => path.join(directory, name)).find((file) => fs.existsSync(file));
  const file = found ?? path.join(directory, FILES[0]!);
  const json = readJsonObject(file);
  const part = json["video_processor"];
  return isObject(part)
    ? parseVideoProcessorConfig(part, `video_processor of ${file}`)
    : parseVideoProcessorConfig(json, file);
}

/**
 * Checks and normalises the contents of video_preprocessor_config.json. Fields about the sampling of frames are passed over:
 * frames are given.
 *
 * @param where the file's name, for errors.
 * @throws EspalierError as `readVideoProcessorConfig`.
 */
export function parseVideoProcessorConfig(json: Record<string, unknown>, where: string): QwenVideoProcessorConfig {
  const type = json["video_processor_type"];
  if (type !== undefined && type !== null && !TYPES.includes(type as string)) {
    throw new EspalierError(`${where} has the unknown video processor ${short(type)}; supported: ${TYPES.join(", ")}.`);
  }
  const settings = readQwenSettings(json, where, LIMITS);
  if (settings.filter === "lanczos") {
    throw new EspalierError(
      `${where}: resample is 1 (lanczos), which videos cannot be resized with; 2 or 3 is wanted.`,
    );
  }
  return settings;
}

/**
 * Resizes every frame of each video to one size, and cuts runs of `temporalPatchSize` frames into patches; the last frame is
 * repeated until the last run is full.
 *
 * @param videos any sizes and lengths; empty gives no patches.
 * @throws EspalierError for a video without frames, with frames of different sizes, or whose fps is no positive number.
 */
export function patchVideos(videos: readonly Video[], config: QwenVideoProcessorConfig): PatchedImages {
  const prepared = videos.map((video) => {
    checkVideo(video);
    const [height, width] = sidesForPatches(video.frames[0]!, config);
    return video.frames.map((frame) => resizeImage(frame, width, height, config.filter, "torch"));
  });
  return cutPatches(prepared, config, torchNormalisationTable(config));
}

/** Seconds of a video between the time positions of its grid. */
export function secondsPerGrid({ fps }: Video, { temporalPatchSize }: QwenVideoProcessorConfig): number {
  return temporalPatchSize / fps;
}

function checkVideo({ frames, fps }: Video): void {
  const [first] = frames;
  if (first === undefined) {
    throw new EspalierError("A video has no frames; give at least one, or leave the video out.");
  }
  if (!(fps > 0 && Number.isFinite(fps))) {
    throw new EspalierError(
      `A video has ${fps} frames per second; a number above 0 is wanted: at which pace its frames follow.`,
    );
  }
  const other = frames.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  if (other < 0) return;
  const { width, height } = frames[other]!;
  throw new EspalierError(
    `A video's first frame has ${first.width} × ${first.height} pixels and its frame ${other + 1} has ${width} × ${height}; all frames must have one size.`,
  );
}
