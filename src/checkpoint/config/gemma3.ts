/** config.json of Gemma 3 with pictures (arXiv 2503.19786): a SigLIP tower, pooling to a fixed number of tokens, a decoder. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check, checkPartType, count, divides, type JsonObject, positive, size } from "./check.js";
import { type DecoderConfig, decoderSizes, windowsOf } from "./decoderConfig.js";
import { type FixedTowerConfig, type FixedTowerDefaults, readFixedTower } from "./fixedTower.js";
import { ropeFields, ropeType } from "./rope.js";
import { renamedToken, type SpecialTokenIds, sharedTokens, tokenFields, tokenId } from "./specialTokens.js";

/** Sizes of the decoder; layers with an attention window turn by `localRope`, the others by `globalRope`. */
export interface Gemma3DecoderConfig extends DecoderConfig {
  /** Positions are divided by `factor`; 1 leaves them. */
  readonly globalRope: { readonly theta: number; readonly factor: number };
  readonly localRope: { readonly theta: number };
  /** Attention scores are divided by its square root. */
  readonly queryPreAttnScalar: number;
}

/** Sizes of the SigLIP tower; it has no class token. */
export type SiglipVisionConfig = FixedTowerConfig;

/** Ids of Gemma 3's special tokens. */
export interface Gemma3TokenIds extends SpecialTokenIds {
  /** Around the image tokens of a picture. */
  readonly imageStart: number;
  readonly imageEnd: number;
}

/** The configuration of Gemma 3 (arXiv 2503.19786), checked. */
export interface Gemma3Config {
  readonly architecture: "gemma3";
  readonly decoder: Gemma3DecoderConfig;
  readonly vision: SiglipVisionConfig;
  /** Visual tokens of a picture, a square number: the means of equal squares of patches. */
  readonly tokensPerImage: number;
  readonly tokens: Gemma3TokenIds;
}

/** Of transformers' SiglipVisionConfig. */
const SIGLIP_DEFAULTS: FixedTowerDefaults = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 16,
  layer_norm_eps: 1e-6,
};

/** Every so many layers, one attends to all positions. */
const DEFAULT_PATTERN = 6;

const rope = z.looseObject(ropeFields).nullish();

const textSchema = z.looseObject({
  ...tokenFields,
  vocab_size: size.default(262_208),
  hidden_size: size.default(2304),
  intermediate_size: size.default(9216),
  num_hidden_layers: count.default(26),
  num_attention_heads: count.default(8),
  num_key_value_heads: count.default(4),
  head_dim: count.default(256),
  hidden_activation: z.literal("gelu_pytorch_tanh").default("gelu_pytorch_tanh"),
  max_position_embeddings: size.default(131_072),
  rms_norm_eps: positive.default(1e-6),
  tie_word_embeddings: z.boolean().default(true),
  rope_theta: positive.default(1_000_000),
  rope_local_base_freq: positive.default(10_000),
  rope_scaling: rope,
  rope_parameters: z.looseObject({ full_attention: rope, sliding_attention: rope }).nullish(),
  attention_bias: z.literal(false).default(false),
  query_pre_attn_scalar: positive.default(256),
  sliding_window: size.nullable().default(4096),
  sliding_window_pattern: count.nullish(),
  layer_types: z.array(z.enum(["full_attention", "sliding_attention"])).nullish(),
  final_logit_softcapping: z.number().nullish(),
  attn_logit_softcapping: z.number().nullish(),
  use_bidirectional_attention: z.literal(false).nullish(),
  bos_token_id: tokenFields.bos_token_id.default(2),
  eos_token_id: tokenFields.eos_token_id.default(1),
  pad_token_id: tokenFields.pad_token_id.default(0),
});

const topSchema = z.looseObject({
  ...tokenFields,
  mm_tokens_per_image: count.default(256),
  image_token_id: tokenId.nullish(),
  image_token_index: tokenId.nullish(),
  boi_token_id: tokenId.nullish(),
  boi_token_index: tokenId.nullish(),
  eoi_token_id: tokenId.nullish(),
  eoi_token_index: tokenId.nullish(),
});

/** Reads a Gemma 3 configuration. @throws EspalierError as `parseConfig`. */
export function readGemma3(config: JsonObject, generation: JsonObject, where: string): Gemma3Config {
  const top = check(topSchema, config, where, "");
  checkPartType(config["text_config"], "text_config", "gemma3_text", "Gemma 3", where);
  checkPartType(config["vision_config"], "vision_config", "siglip_vision_model", "Gemma 3", where);
  const text = check(textSchema, config["text_config"] ?? {}, where, "text_config.");
  const vision = readFixedTower(config["vision_config"] ?? {}, SIGLIP_DEFAULTS, "gelu_pytorch_tanh", where);
  checkPooling(vision, top.mm_tokens_per_image, where);
  const token = (name: "image" | "boi" | "eoi", otherwise: number) =>
    renamedToken(name, top[`${name}_token_id`], top[`${name}_token_index`], otherwise, where);
  return {
    architecture: "gemma3",
    decoder: normaliseDecoder(text, where),
    vision,
    tokensPerImage: top.mm_tokens_per_image,
    tokens: {
      image: token("image", 262_144),
      imageStart: token("boi", 255_999),
      imageEnd: token("eoi", 256_000),
      ...sharedTokens(top, text, generation, where),
    },
  };
}

function normaliseDecoder(text: z.infer<typeof textSchema>, where: string): Gemma3DecoderConfig {
  for (const name of ["attn_logit_softcapping", "final_logit_softcapping"] as const) {
    if (text[name] == null) continue;
    throw new EspalierError(
      `${where}: text_config.${name} is ${text[name]}; only null is supported, Gemma 3 caps no logits.`,
    );
  }
  const pattern = text.sliding_window_pattern ?? DEFAULT_PATTERN;
  const types =
    text.layer_types ??
    Array.from({ length: text.num_hidden_layers }, (_, i) =>
      (i + 1) % pattern === 0 ? ("full_attention" as const) : ("sliding_attention" as const),
    );
  return {
    ...decoderSizes(text, text.num_key_value_heads, text.head_dim, where),
    globalRope: globalRope(text, where),
    localRope: localRope(text, where),
    queryPreAttnScalar: text.query_pre_attn_scalar,
    // The top level's entry does not count, as in transformers.
    tiedHead: text.tie_word_embeddings,
    attentionWindows: windowsOf(
      types,
      text.num_hidden_layers,
      text.sliding_window,
      "sliding_window is null; set it",
      where,
    ),
  };
}

function globalRope(text: z.infer<typeof textSchema>, where: string): Gemma3DecoderConfig["globalRope"] {
  const rope = text.rope_parameters?.full_attention ?? text.rope_scaling ?? {};
  const linear = ropeType(rope, ["default", "linear"], where) === "linear";
  if (linear && rope.factor == null) {
    throw new EspalierError(`${where}: the rotary scaling is "linear" without a factor; add it, such as 8.`);
  }
  return { theta: rope.rope_theta ?? text.rope_theta, factor: linear ? rope.factor! : 1 };
}

function localRope(text: z.infer<typeof textSchema>, where: string): Gemma3DecoderConfig["localRope"] {
  const rope = text.rope_parameters?.sliding_attention ?? {};
  ropeType(rope, ["default"], `${where}, sliding layers`);
  return { theta: rope.rope_theta ?? text.rope_local_base_freq };
}

/** Pooling takes the mean of squares of patches that tile the picture. */
function checkPooling(vision: SiglipVisionConfig, tokensPerImage: number, where: string): void {
  const side = Math.sqrt(tokensPerImage);
  if (!Number.isInteger(side)) {
    throw new EspalierError(`${where}: mm_tokens_per_image is ${tokensPerImage}; a square number is wanted.`);
  }
  divides(
    side,
    vision.imageSize / vision.patchSize,
    "the root of mm_tokens_per_image",
    "the number of patches along a picture's side",
    where,
  );
}
