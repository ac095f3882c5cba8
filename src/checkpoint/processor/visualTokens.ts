/** How many visual tokens a grid of patches becomes. */
import type { ModelConfig } from "../config/index.js";

/** Ids that stand for visual tokens: of pictures, and of videos where the architecture reads them. */
export function visualTokenIds(config: ModelConfig): number[] {
  return config.architecture === "qwen2_5_vl" ? [config.tokens.image, config.tokens.video] : [config.tokens.image];
}

/**
 * Number of visual tokens of a picture, or of all frames of a video: what the prompt has image or video tokens for, and what
 * the tower gives. Qwen2.5-VL merges squares of patches, LLaVA takes every patch, Gemma 3 takes the means of so large squares
 * that a whole picture gives `tokensPerImage`.
 *
 * @param grid runs of frames, rows and columns of patches.
 * @returns a whole number where the grid is one that the architecture can have.
 */
export function visualTokens(config: ModelConfig, [t, h, w]: readonly [number, number, number]): number {
  const patches = t * h * w;
  switch (config.architecture) {
    case "qwen2_5_vl":
      return patches / config.vision.spatialMergeSize ** 2;
    case "llava":
      return patches;
    case "gemma3": {
      const { imageSize, patchSize } = config.vision;
      return (patches * config.tokensPerImage) / (imageSize / patchSize) ** 2;
    }
  }
}
