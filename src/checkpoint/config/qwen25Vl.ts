/** config.json of Qwen2.5-VL (arXiv 2502.13923): flat, with the decoder's fields at the top level, or with `text_config`. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check, count, divides, type JsonObject, positive, size } from "./check.js";
import { type DecoderConfig, decoderSizes, windowsOf } from "./decoderConfig.js";
import { ropeFields, ropeType } from "./rope.js";
import { type SpecialTokenIds, sharedTokens, tokenFields, tokenId } from "./specialTokens.js";

/** Sizes of the decoder; positions have three axes. */
export interface QwenDecoderConfig extends DecoderConfig {
  readonly ropeTheta: number;
  /** Rotary pairs that turn with the time, height and width position; their sum is `headDim / 2`. */
  readonly mropeSection: readonly [number, number, number];
}

/** Sizes of the Qwen2.5-VL vision tower. */
export interface QwenVisionConfig {
  readonly depth: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly intermediateSize: number;
  /** Pixels along one side of a patch. */
  readonly patchSize: number;
  /** Frames in a patch; a still picture is repeated. */
  readonly temporalPatchSize: number;
  /** Patches along one side of a visual token. */
  readonly spatialMergeSize: number;
  /** Pixels along one side of an attention window. */
  readonly windowSize: number;
  /** Blocks that attend over the whole picture; the others stay in their windows. */
  readonly fullAttentionBlocks: readonly number[];
  /** Width of the visual tokens; equals the decoder's `hiddenSize`. */
  readonly outHiddenSize: number;
  readonly inChannels: number;
  /** Time positions per second of video; a still picture has one time position. */
  readonly tokensPerSecond: number;
}

/** Ids of Qwen2.5-VL's special tokens. */
export interface QwenTokenIds extends SpecialTokenIds {
  readonly video: number;
  /** Around the image or video tokens of a picture or video. */
  readonly visionStart: number;
  readonly visionEnd: number;
}

/** The configuration of Qwen2.5-VL (arXiv 2502.13923), checked. */
export interface Qwen25VlConfig {
  readonly architecture: "qwen2_5_vl";
  readonly decoder: QwenDecoderConfig;
  readonly vision: QwenVisionConfig;
  readonly tokens: QwenTokenIds;
}

const ropeSchema = z.looseObject({ ...ropeFields, mrope_section: z.tuple([count, count, count]).nullish() }).nullish();

const textSchema = z.looseObject({
  vocab_size: size.default(152064),
  hidden_size: size.default(8192),
  intermediate_size: size.default(29568),
  num_hidden_layers: count.default(80),
  num_attention_heads: count.default(64),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.literal("silu").default("silu"),
  rms_norm_eps: positive.default(1e-5),
  rope_theta: positive.nullish(),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  max_position_embeddings: size.default(32768),
  tie_word_embeddings: z.boolean().nullish(),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size.nullish(),
  max_window_layers: z.int().min(0).max(10_000).default(80),
  layer_types: z.array(z.enum(["full_attention", "sliding_attention"])).nullish(),
  ...tokenFields,
});

const visionSchema = z.looseObject({
  depth: count.default(32),
  hidden_size: size.default(3584),
  hidden_act: z.literal("silu").default("silu"),
  intermediate_size: size.default(3420),
  num_heads: count.default(16),
  in_channels: count.nullish(),
  in_chans: count.nullish(),
  patch_size: count.default(14),
  spatial_merge_size: count.default(2),
  temporal_patch_size: count.default(2),
  tokens_per_second: positive.default(4),
  window_size: count.default(112),
  out_hidden_size: size.default(3584),
  fullatt_block_indexes: z.array(z.int().min(0).max(10_000)).default([7, 15, 23, 31]),
});

const topSchema = z.looseObject({
  tie_word_embeddings: z.boolean().nullish(),
  image_token_id: tokenId.default(151655),
  video_token_id: tokenId.default(151656),
  vision_start_token_id: tokenId.default(151652),
  vision_end_token_id: tokenId.default(151653),
  ...tokenFields,
});

/** Reads a Qwen2.5-VL configuration. @throws EspalierError as `parseConfig`. */
export function readQwen25Vl(config: JsonObject, generation: JsonObject, where: string): Qwen25VlConfig {
  const nested = config["text_config"] !== undefined && config["text_config"] !== null;
  const top = check(topSchema, config, where, "");
  const text = check(textSchema, nested ? config["text_config"] : config, where, nested ? "text_config." : "");
  const vision = check(visionSchema, config["vision_config"] ?? {}, where, "vision_config.");
  const decoder = normaliseDecoder(text, top.tie_word_embeddings ?? false, where);
  return {
    architecture: "qwen2_5_vl",
    decoder,
    vision: normaliseVision(vision, decoder.hiddenSize, where),
    tokens: {
      image: top.image_token_id,
      video: top.video_token_id,
      visionStart: top.vision_start_token_id,
      visionEnd: top.vision_end_token_id,
      ...sharedTokens(top, text, generation, where),
    },
  };
}

function normaliseDecoder(text: z.infer<typeof textSchema>, tiedAtTop: boolean, where: string): QwenDecoderConfig {
  const heads = text.num_attention_heads;
  divides(heads, text.hidden_size, "num_attention_heads", "hidden_size", where);
  const headDim = text.hidden_size / heads;
  if (text.head_dim != null && text.head_dim !== headDim) {
    throw new EspalierError(
      `${where}: head_dim is ${text.head_dim}, but Qwen2.5-VL has hidden_size / num_attention_heads = ${headDim}; correct or remove it.`,
    );
  }
  const sizes = decoderSizes(text, text.num_key_value_heads ?? heads, headDim, where);
  const rope = text.rope_parameters ?? text.rope_scaling ?? {};
  // Older files call the default, which has three axes here, by its own name.
  ropeType(rope, ["default", "mrope"], where);
  const mropeSection = rope.mrope_section;
  if (mropeSection == null) {
    throw new EspalierError(
      `${where}: rope_scaling has no mrope_section; three numbers with the sum ${headDim / 2} are wanted.`,
    );
  }
  if (2 * mropeSection.reduce((sum, n) => sum + n, 0) !== headDim) {
    throw new EspalierError(
      `${where}: mrope_section is [${mropeSection}]; three numbers with the sum ${headDim / 2} (half of a head) are wanted.`,
    );
  }
  return {
    ...sizes,
    ropeTheta: rope.rope_theta ?? text.rope_theta ?? 1_000_000,
    mropeSection,
    // In a nested file the decoder's own entry counts, as in transformers.
    tiedHead: text.tie_word_embeddings ?? tiedAtTop,
    attentionWindows: attentionWindows(text, where),
  };
}

function attentionWindows(text: z.infer<typeof textSchema>, where: string): (number | null)[] {
  const layers = text.num_hidden_layers;
  const window = text.use_sliding_window ? (text.sliding_window === undefined ? 4096 : text.sliding_window) : null;
  if (text.layer_types == null) {
    return Array.from({ length: layers }, (_, i) => (i >= text.max_window_layers ? window : null));
  }
  const remedy = "use_sliding_window is false or sliding_window is null; set both";
  return windowsOf(text.layer_types, layers, window, remedy, where);
}

function normaliseVision(vision: z.infer<typeof visionSchema>, decoderWidth: number, where: string): QwenVisionConfig {
  divides(vision.num_heads, vision.hidden_size, "vision_config.num_heads", "vision_config.hidden_size", where);
  if ((vision.hidden_size / vision.num_heads) % 4 !== 0) {
    throw new EspalierError(
      `${where}: a vision head has ${vision.hidden_size / vision.num_heads} values; a multiple of 4 is wanted for rotary positions in two directions.`,
    );
  }
  if (vision.window_size < vision.patch_size * vision.spatial_merge_size) {
    throw new EspalierError(
      `${where}: vision_config.window_size is ${vision.window_size}, smaller than one visual token (${vision.patch_size * vision.spatial_merge_size} pixels).`,
    );
  }
  if (vision.out_hidden_size !== decoderWidth) {
    throw new EspalierError(
      `${where}: vision_config.out_hidden_size is ${vision.out_hidden_size}, the decoder's hidden_size is ${decoderWidth}; they must be equal.`,
    );
  }
  return {
    depth: vision.depth,
    hiddenSize: vision.hidden_size,
    heads: vision.num_heads,
    intermediateSize: vision.intermediate_size,
    patchSize: vision.patch_size,
    temporalPatchSize: vision.temporal_patch_size,
    spatialMergeSize: vision.spatial_merge_size,
    windowSize: vision.window_size,
    fullAttentionBlocks: vision.fullatt_block_indexes.filter((block) => block < vision.depth),
    outHiddenSize: vision.out_hidden_size,
    inChannels: vision.in_channels ?? vision.in_chans ?? 3,
    tokensPerSecond: vision.tokens_per_second,
  };
}
