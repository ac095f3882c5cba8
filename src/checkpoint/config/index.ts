/**
 * Reads config.json of a checkpoint into one plain, checked object per architecture, whatever layout the file has: older and
 * newer names of fields, rotary parameters here or there. Defaults are those of transformers 4.57, which leaves defaults
 * out of the files that it writes. A new architecture is one file here and one line in `READERS`.
 */
import path from "node:path";
import { EspalierError } from "../../errors.js";
import { readJsonObject, readOptionalJsonObject } from "../files.js";
import { type JsonObject, short } from "./check.js";
import { type Gemma3Config, readGemma3 } from "./gemma3.js";
import { type LlavaConfig, readLlava } from "./llava.js";
import { type Qwen25VlConfig, readQwen25Vl } from "./qwen25Vl.js";

export { check, short } from "./check.js";
export type { DecoderConfig } from "./decoderConfig.js";
export type { FixedTowerConfig } from "./fixedTower.js";
export type { Gemma3Config, Gemma3DecoderConfig, Gemma3TokenIds, SiglipVisionConfig } from "./gemma3.js";
export type { ClipVisionConfig, LlamaDecoderConfig, LlavaConfig } from "./llava.js";
export type { Qwen25VlConfig, QwenDecoderConfig, QwenTokenIds, QwenVisionConfig } from "./qwen25Vl.js";
export type { SpecialTokenIds } from "./specialTokens.js";

/** The configuration of any supported architecture, told apart by `architecture`. */
export type ModelConfig = Qwen25VlConfig | LlavaConfig | Gemma3Config;

const READERS: Readonly<Record<string, (config: JsonObject, generation: JsonObject, where: string) => ModelConfig>> = {
  qwen2_5_vl: readQwen25Vl,
  llava: readLlava,
  gemma3: readGemma3,
};

/** Relatives of the supported architectures, by `model_type`: what each is, and what to use instead. */
const RELATIVES: Readonly<Record<string, string>> = {
  qwen2_vl: "Qwen2-VL; of the Qwen models, Qwen2.5-VL (qwen2_5_vl) is supported",
  qwen2_5_omni: "Qwen2.5-Omni; of the Qwen models, Qwen2.5-VL (qwen2_5_vl) is supported",
  qwen3_vl: "Qwen3-VL; of the Qwen models, Qwen2.5-VL (qwen2_5_vl) is supported",
  qwen2: "Qwen2, a model of text alone; Qwen2.5-VL (qwen2_5_vl) is supported",
  llava_llama:
    "LLaVA in the layout of its original code; the converted LLaVA-1.5 (llava), such as llava-hf/llava-1.5-7b-hf, is supported",
  llava_next: "LLaVA-NeXT; of the LLaVA models, LLaVA-1.5 (llava) is supported",
  llava_next_video: "LLaVA-NeXT-Video; of the LLaVA models, LLaVA-1.5 (llava) is supported",
  llava_onevision: "LLaVA-OneVision; of the LLaVA models, LLaVA-1.5 (llava) is supported",
  video_llava: "Video-LLaVA; of the LLaVA models, LLaVA-1.5 (llava) is supported",
  vipllava: "ViP-LLaVA; of the LLaVA models, LLaVA-1.5 (llava) is supported",
  gemma3_text: "Gemma 3 without a vision tower; the sizes with one (gemma3), from 4B, are supported",
  gemma3n: "Gemma 3n; of the Gemma models, Gemma 3 with pictures (gemma3) is supported",
  paligemma: "PaliGemma; of the Gemma models, Gemma 3 with pictures (gemma3) is supported",
};

/** `model_type` values that have a reader. */
export const SUPPORTED_ARCHITECTURES: readonly string[] = Object.keys(READERS);

/**
 * Reads config.json, and generation_config.json where there is one, of a checkpoint directory.
 *
 * @throws EspalierError when config.json is missing, its architecture unknown, or a value is out of range.
 *
 * @example
 * const { architecture, decoder } = readConfig(EMBEDDED_DIRECTORY);
 * architecture; // → "qwen2_5_vl"
 * decoder.layers; // → 8
 */
export function readConfig(directory: string): ModelConfig {
  const file = path.join(directory, "config.json");
  const generation = readOptionalJsonObject(path.join(directory, "generation_config.json"));
  return parseConfig(readJsonObject(file), generation ?? {}, file);
}

/**
 * Checks and normalises the contents of config.json.
 *
 * @param generation contents of generation_config.json; `{}` when there is none.
 * @param where the file's name, for errors.
 * @throws EspalierError as `readConfig`; an unsupported relative of a supported architecture is named.
 */
export function parseConfig(config: JsonObject, generation: JsonObject, where: string): ModelConfig {
  const type = config["model_type"];
  if (typeof type === "string") {
    if (Object.hasOwn(READERS, type)) return READERS[type]!(config, generation, where);
    if (Object.hasOwn(RELATIVES, type)) throw new EspalierError(`${where} is of ${RELATIVES[type]}.`);
  }
  const found = type === undefined ? "no model_type" : `the unknown architecture ${short(type)}`;
  throw new EspalierError(`${where} has ${found}; supported: ${SUPPORTED_ARCHITECTURES.join(", ")}.`);
}
