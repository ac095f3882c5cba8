/** Multiply-accumulates of towers and of what follows them, by architecture. */
import type { ModelConfig } from "../../checkpoint/index.js";
import type { GridThw } from "../../models/index.js";
import { gemma3VisionMacs } from "./gemma3.js";
import { llavaVisionMacs } from "./llava.js";
import type { CountVision, VisionMacs } from "./macs.js";
import { qwen25VlVisionMacs } from "./qwen25Vl.js";

export type { VisionMacs } from "./macs.js";

type ConfigOf<Name> = Extract<ModelConfig, { readonly architecture: Name }>;

const COUNTS: { readonly [Name in ModelConfig["architecture"]]: CountVision<ConfigOf<Name>> } = {
  qwen2_5_vl: qwen25VlVisionMacs,
  llava: llavaVisionMacs,
  gemma3: gemma3VisionMacs,
};

/** Multiply-accumulates of the vision tower, and of its merger, on the pictures of one sample. */
export function visionMacs(config: ModelConfig, grids: readonly GridThw[]): VisionMacs {
  return (COUNTS[config.architecture] as CountVision<ModelConfig>)(config, grids);
}
