/** Writes a trained embedded model as the Hugging Face directory that is shipped. */
import fs from "node:fs";
import path from "node:path";
import { openSafetensors, type TensorToWrite, writeAtomically, writeSafetensors } from "../../checkpoint/index.js";
import { VOCABULARY } from "../../tasks/index.js";
import { EMBEDDED_CONFIG, EMBEDDED_IMAGES } from "./config.js";

/** Tokens that text never contains: kept out of decoded answers. */
const SPECIAL_TOKENS = VOCABULARY.filter((word) => /^<.*>$/.test(word));

function modelConfig(): object {
  const { decoder, vision, tokens } = EMBEDDED_CONFIG;
  return {
    architectures: ["Qwen2_5_VLForConditionalGeneration"],
    model_type: "qwen2_5_vl",
    dtype: "float16",
    image_token_id: tokens.image,
    video_token_id: tokens.video,
    vision_start_token_id: tokens.visionStart,
    vision_end_token_id: tokens.visionEnd,
    bos_token_id: tokens.bos,
    eos_token_id: tokens.eos[0],
    pad_token_id: tokens.pad,
    tie_word_embeddings: decoder.tiedHead,
    text_config: {
      model_type: "qwen2_5_vl_text",
      hidden_act: "silu",
      hidden_size: decoder.hiddenSize,
      intermediate_size: decoder.intermediateSize,
      num_hidden_layers: decoder.layers,
      num_attention_heads: decoder.heads,
      num_key_value_heads: decoder.kvHeads,
      vocab_size: decoder.vocabSize,
      rms_norm_eps: decoder.rmsNormEps,
      rope_theta: decoder.ropeTheta,
      rope_scaling: { type: "default", rope_type: "default", mrope_section: decoder.mropeSection },
      max_position_embeddings: decoder.maxPositions,
      use_sliding_window: false,
      tie_word_embeddings: decoder.tiedHead,
      bos_token_id: tokens.bos,
      eos_token_id: tokens.eos[0],
    },
    vision_config: {
      model_type: "qwen2_5_vl",
      hidden_act: "silu",
      depth: vision.depth,
      hidden_size: vision.hiddenSize,
      num_heads: vision.heads,
      intermediate_size: vision.intermediateSize,
      in_channels: vision.inChannels,
      patch_size: vision.patchSize,
      temporal_patch_size: vision.temporalPatchSize,
      spatial_merge_size: vision.spatialMergeSize,
      window_size: vision.windowSize,
      fullatt_block_indexes: vision.fullAttentionBlocks,
      out_hidden_size: vision.outHiddenSize,
      tokens_per_second: vision.tokensPerSecond,
    },
  };
}

function tokenizer(): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: VOCABULARY.indexOf(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
      unk_token: "<pad>",
    },
  };
}

/** The picture, the question, then the answer and the end token: no roles, as the model was trained. */
const CHAT_TEMPLATE = [
  "{%- for message in messages -%}",
  "{%- if message.content is string -%}{{ message.content }}",
  "{%- else -%}{%- for part in message.content -%}",
  "{%- if part.type == 'image' -%}<vs><img><ve>",
  "{%- elif part.type == 'text' -%}{{ part.text }}",
  "{%- endif -%}{%- endfor -%}{%- endif -%}",
  "{%- if message.role == 'assistant' -%}<eos>{%- endif -%}",
  "{%- endfor -%}",
].join("");

function imageProcessor(): object {
  const { mean, std, patchSize, mergeSize, temporalPatchSize, minPixels, maxPixels } = EMBEDDED_IMAGES;
  return {
    image_processor_type: "Qwen2VLImageProcessor",
    processor_class: "Qwen2_5_VLProcessor",
    patch_size: patchSize,
    merge_size: mergeSize,
    temporal_patch_size: temporalPatchSize,
    image_mean: mean,
    image_std: std,
    min_pixels: minPixels,
    max_pixels: maxPixels,
    do_resize: true,
    do_rescale: true,
    do_normalize: true,
    do_convert_rgb: true,
  };
}

/**
 * Writes the directory: weights as float16, configuration, tokenizer, chat template, preprocessing, and the training log.
 *
 * @param state a training state, `state.safetensors`.
 * @param log the training log to keep beside the weights; left out where it does not exist.
 * @param directory made where it is missing; files of the same names are replaced.
 */
export function exportEmbedded(state: string, log: string, directory: string): void {
  fs.mkdirSync(directory, { recursive: true });
  const file = openSafetensors(state);
  const tensors: Record<string, TensorToWrite> = {};
  for (const name of file.names) {
    if (!name.startsWith("model.")) continue;
    tensors[name] = { dtype: "F16", shape: weightShape(name, file.info(name).shape), data: file.readFloat32(name) };
  }
  file.close();
  writeSafetensors(path.join(directory, "model.safetensors"), tensors, { format: "pt" });
  const specials = Object.fromEntries(
    SPECIAL_TOKENS.map((content) => [
      VOCABULARY.indexOf(content),
      { content, lstrip: false, normalized: false, rstrip: false, single_word: false, special: true },
    ]),
  );
  const files: Record<string, object | string> = {
    "config.json": modelConfig(),
    "generation_config.json": {
      bos_token_id: EMBEDDED_CONFIG.tokens.bos,
      eos_token_id: EMBEDDED_CONFIG.tokens.eos[0],
      pad_token_id: EMBEDDED_CONFIG.tokens.pad,
      do_sample: false,
    },
    "tokenizer.json": tokenizer(),
    "tokenizer_config.json": {
      tokenizer_class: "PreTrainedTokenizerFast",
      processor_class: "Qwen2_5_VLProcessor",
      added_tokens_decoder: specials,
      bos_token: "<bos>",
      eos_token: "<eos>",
      pad_token: "<pad>",
      unk_token: "<pad>",
      image_token: "<img>",
      extra_special_tokens: { image_token: "<img>" },
      clean_up_tokenization_spaces: false,
      model_max_length: EMBEDDED_CONFIG.decoder.maxPositions,
    },
    "preprocessor_config.json": imageProcessor(),
    "chat_template.jinja": CHAT_TEMPLATE,
  };
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeAtomically(path.join(directory, name), (append) => append(new TextEncoder().encode(text)));
  }
  if (fs.existsSync(log)) fs.copyFileSync(log, path.join(directory, "training.jsonl"));
}

/** The patch embedding is trained as a matrix and shipped as the convolution that checkpoints have. */
function weightShape(name: string, shape: readonly number[]): readonly number[] {
  if (!name.endsWith("patch_embed.proj.weight")) return shape;
  const { hiddenSize, inChannels, temporalPatchSize, patchSize } = EMBEDDED_CONFIG.vision;
  return [hiddenSize, inChannels, temporalPatchSize, patchSize, patchSize];
}
