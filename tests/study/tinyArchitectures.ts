/** What the checkpoints of `tiny.ts` are made of, architecture by architecture: a few layers that know the embedded benchmark's words. */
import type { ModelConfig } from "../../src/checkpoint/index.js";
import { VOCABULARY } from "../../src/tasks/index.js";

const id = (word: string) => VOCABULARY.indexOf(word);
export const LAYERS = 4;

/** The files of a checkpoint but for its weights and its tokenizer. */
export interface TinyArchitecture {
  readonly config: Record<string, unknown>;
  readonly preprocessor: Record<string, unknown>;
  readonly template: string;
}

const TOKENS = {
  bos_token_id: id("<bos>"),
  eos_token_id: id("<eos>"),
  pad_token_id: id("<pad>"),
};
const TEXT = {
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: LAYERS,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 128,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 512,
};
const TOWER = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2, patch_size: 14 };

/** @param picture what the template prints for a picture. */
const template = (picture: string) =>
  "{%- for message in messages -%}{%- for part in message.content -%}" +
  `{%- if part.type == 'image' -%}${picture} {% else %}{{ part.text }}{%- endif -%}{%- endfor -%}` +
  "{%- if message.role == 'assistant' %} <eos>{%- endif -%}{%- endfor -%}";

/** A picture is 3 × 3 visual tokens in the first and the last, 4 × 4 in the second. */
export const TINY_ARCHITECTURES: Readonly<Record<ModelConfig["architecture"], TinyArchitecture>> = {
  qwen2_5_vl: {
    config: {
      architectures: ["Qwen2_5_VLForConditionalGeneration"],
      model_type: "qwen2_5_vl",
      image_token_id: id("<img>"),
      video_token_id: 127,
      vision_start_token_id: id("<vs>"),
      vision_end_token_id: id("<ve>"),
      ...TOKENS,
      tie_word_embeddings: true,
      text_config: {
        model_type: "qwen2_5_vl_text",
        hidden_act: "silu",
        ...TEXT,
        rope_theta: 10000,
        rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
        tie_word_embeddings: true,
      },
      vision_config: {
        model_type: "qwen2_5_vl",
        hidden_act: "silu",
        depth: 2,
        hidden_size: 16,
        num_heads: 2,
        intermediate_size: 24,
        in_channels: 3,
        patch_size: 14,
        temporal_patch_size: 2,
        spatial_merge_size: 2,
        window_size: 56,
        fullatt_block_indexes: [1],
        out_hidden_size: 32,
        tokens_per_second: 4,
      },
    },
    preprocessor: {
      image_processor_type: "Qwen2VLImageProcessor",
      patch_size: 14,
      merge_size: 2,
      temporal_patch_size: 2,
      min_pixels: 784,
      max_pixels: 84 * 84,
    },
    template: template("<vs> <img> <ve>"),
  },
  llava: {
    config: {
      architectures: ["LlavaForConditionalGeneration"],
      model_type: "llava",
      image_token_index: id("<img>"),
      ...TOKENS,
      text_config: { model_type: "llama", ...TEXT, rope_theta: 10000, tie_word_embeddings: false },
      vision_config: { model_type: "clip_vision_model", ...TOWER, image_size: 56 },
    },
    preprocessor: {
      image_processor_type: "CLIPImageProcessor",
      size: { shortest_edge: 56 },
      crop_size: { height: 56, width: 56 },
    },
    template: template("<vs> <img> <ve>"),
  },
  gemma3: {
    config: {
      architectures: ["Gemma3ForConditionalGeneration"],
      model_type: "gemma3",
      image_token_index: id("<img>"),
      boi_token_index: id("<vs>"),
      eoi_token_index: id("<ve>"),
      mm_tokens_per_image: 9,
      ...TOKENS,
      text_config: {
        model_type: "gemma3_text",
        ...TEXT,
        head_dim: 12,
        query_pre_attn_scalar: 12,
        // Shorter than a picture.
        sliding_window: 6,
        layer_types: ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
      },
      vision_config: { model_type: "siglip_vision_model", ...TOWER, image_size: 84, vision_use_head: false },
    },
    preprocessor: { image_processor_type: "Gemma3ImageProcessor", size: { height: 84, width: 84 } },
    // Image token and end are added by the processor.
    template: template("<vs>"),
  },
};
