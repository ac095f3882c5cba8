/** Hugging Face checkpoint directories: weights, configuration, tokenizer, chat template, pictures. */
export type { ChatMessage, ContentPart } from "./chatTemplate.js";
export { ChatTemplate, readChatTemplate } from "./chatTemplate.js";
export type {
  ClipVisionConfig,
  DecoderConfig,
  FixedTowerConfig,
  Gemma3Config,
  Gemma3DecoderConfig,
  Gemma3TokenIds,
  LlamaDecoderConfig,
  LlavaConfig,
  ModelConfig,
  Qwen25VlConfig,
  QwenDecoderConfig,
  QwenTokenIds,
  QwenVisionConfig,
  SiglipVisionConfig,
  SpecialTokenIds,
} from "./config/index.js";
export { parseConfig, readConfig, SUPPORTED_ARCHITECTURES } from "./config/index.js";
export { decodeUtf8, fileError, openForReading, readBytes, readJsonObject, writeAtomically } from "./files.js";
export { widenBf16, widenF16 } from "./halfFloat.js";
export { decodeImage, readImage } from "./image.js";
export type {
  ClipImageProcessorConfig,
  ImageProcessorConfig,
  PatchedImages,
  QwenImageProcessorConfig,
  QwenVideoProcessorConfig,
  SiglipImageProcessorConfig,
  Video,
} from "./imageProcessors/index.js";
export {
  parseImageProcessorConfig,
  parseVideoProcessorConfig,
  patchImages,
  patchVideos,
  readImageProcessorConfig,
  readVideoProcessorConfig,
  smartResize,
} from "./imageProcessors/index.js";
export type { EncodedPrompt, PromptInput } from "./processor/processor.js";
export { Processor } from "./processor/processor.js";
export { visualTokenIds, visualTokens } from "./processor/visualTokens.js";
export type { ResizeFilter, ResizeRounding, RgbImage } from "./resize.js";
export { resizeImage } from "./resize.js";
export type { ElementRange, SafetensorsFile, TensorData, TensorInfo } from "./safetensors.js";
export { openSafetensors } from "./safetensors.js";
export type { Dtype, FloatDtype } from "./safetensorsHeader.js";
export type { TensorToWrite } from "./safetensorsWriter.js";
export { writeSafetensors } from "./safetensorsWriter.js";
export { readTokenizer, Tokenizer } from "./tokenizer.js";
export { openWeights, Weights } from "./weights.js";
