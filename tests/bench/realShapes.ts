/** Checkpoints of real size without a download: the hub's configurations, and weights drawn by name. */

import { narrowBf16, widenBf16 } from "../../src/checkpoint/halfFloat.js";
import { type ModelConfig, parseConfig } from "../../src/checkpoint/index.js";
import type { WeightSource } from "../../src/models/index.js";
import { Random } from "../../src/tensor/index.js";

const QWEN_VISION = {
  depth: 32,
  hidden_act: "silu",
  hidden_size: 1280,
  intermediate_size: 3420,
  num_heads: 16,
  in_chans: 3,
  patch_size: 14,
  spatial_merge_size: 2,
  spatial_patch_size: 14,
  window_size: 112,
  fullatt_block_indexes: [7, 15, 23, 31],
  tokens_per_second: 2,
  temporal_patch_size: 2,
};

const QWEN = {
  model_type: "qwen2_5_vl",
  image_token_id: 151655,
  video_token_id: 151656,
  vision_start_token_id: 151652,
  vision_end_token_id: 151653,
  bos_token_id: 151643,
  eos_token_id: 151645,
  hidden_act: "silu",
  max_position_embeddings: 128000,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  use_sliding_window: false,
  rope_scaling: { type: "mrope", mrope_section: [16, 24, 24] },
};

/** Contents of config.json, as the hub has them in what matters here. */
const CONFIGS = {
  "qwen2.5-vl-3b": {
    ...QWEN,
    hidden_size: 2048,
    intermediate_size: 11008,
    num_attention_heads: 16,
    num_hidden_layers: 36,
    num_key_value_heads: 2,
    tie_word_embeddings: true,
    vocab_size: 151936,
    vision_config: { ...QWEN_VISION, out_hidden_size: 2048 },
  },
  "qwen2.5-vl-7b": {
    ...QWEN,
    hidden_size: 3584,
    intermediate_size: 18944,
    num_attention_heads: 28,
    num_hidden_layers: 28,
    num_key_value_heads: 4,
    tie_word_embeddings: false,
    vocab_size: 152064,
    vision_config: { ...QWEN_VISION, out_hidden_size: 3584 },
  },
  "llava-1.5-7b": {
    model_type: "llava",
    image_token_index: 32000,
    projector_hidden_act: "gelu",
    vision_feature_layer: -2,
    vision_feature_select_strategy: "default",
    text_config: {
      model_type: "llama",
      hidden_size: 4096,
      intermediate_size: 11008,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 32,
      max_position_embeddings: 4096,
      rms_norm_eps: 1e-5,
      vocab_size: 32064,
    },
    vision_config: {
      model_type: "clip_vision_model",
      hidden_size: 1024,
      image_size: 336,
      intermediate_size: 4096,
      num_attention_heads: 16,
      num_hidden_layers: 24,
      patch_size: 14,
    },
  },
  "gemma-3-4b": {
    model_type: "gemma3",
    image_token_index: 262144,
    boi_token_index: 255999,
    eoi_token_index: 256000,
    eos_token_id: [1, 106],
    mm_tokens_per_image: 256,
    text_config: {
      model_type: "gemma3_text",
      hidden_size: 2560,
      intermediate_size: 10240,
      num_hidden_layers: 34,
      rope_scaling: { factor: 8, rope_type: "linear" },
      sliding_window: 1024,
      vocab_size: 262208,
    },
    vision_config: {
      model_type: "siglip_vision_model",
      hidden_size: 1152,
      image_size: 896,
      intermediate_size: 4304,
      num_attention_heads: 16,
      num_hidden_layers: 27,
      patch_size: 14,
    },
  },
} as const;

export type RealShape = keyof typeof CONFIGS;
export const REAL_SHAPES = Object.keys(CONFIGS) as RealShape[];

/** Contents of config.json. */
export function realConfigFile(name: RealShape): Record<string, unknown> {
  return CONFIGS[name];
}

export function realConfig(name: RealShape): ModelConfig {
  return parseConfig(realConfigFile(name), {}, `the configuration of ${name}`);
}

/** Numbers of one block of draws; every matrix reads it from a place of its own on. */
const DRAWN = 1 << 20;

/**
 * bfloat16 weights, the same for the same name: normal of variance 1/fan_in, norms that change nothing, biases of zero.
 *
 * @param architecture whose norms, in Gemma 3, are distances from one.
 */
export function randomHalves(architecture: ModelConfig["architecture"], seed = 1): WeightSource {
  const random = new Random(seed);
  const normal = Float32Array.from({ length: DRAWN }, () => random.normal());
  const blocks = new Map<number, Uint16Array>();
  const blockOf = (fanIn: number) => {
    let block = blocks.get(fanIn);
    if (!block) {
      block = narrowBf16(normal.map((value) => value * fanIn ** -0.5));
      blocks.set(fanIn, block);
    }
    return block;
  };
  const readBits = (name: string, shape: readonly number[]): Uint16Array => {
    const size = shape.reduce((a, b) => a * b, 1);
    const bits = new Uint16Array(size);
    const block = blockOf(size / shape[0]);
    let from = new Random(seed).fork(name).integer(0, DRAWN - 1);
    for (let at = 0; at < size; from = 0) {
      const part = block.subarray(from, from + Math.min(DRAWN - from, size - at));
      bits.set(part, at);
      at += part.length;
    }
    return bits;
  };
  return {
    has: () => true,
    dtype: () => "BF16",
    readBits,
    read(name, shape) {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      if (shape.length > 1) widenBf16(readBits(name, shape), values);
      else if (!name.endsWith("bias")) {
        // SigLIP's norms are as they are, in Gemma 3 too.
        values.fill(architecture === "gemma3" && !name.includes("vision_model") ? 0 : 1);
      }
      return values;
    },
  };
}
