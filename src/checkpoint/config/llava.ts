/** config.json of LLaVA-1.5 (arXiv 2310.03744): a CLIP tower, a projector of two layers, a Llama decoder. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check, checkPartType, count, divides, type JsonObject, positive, short, size } from "./check.js";
import { type DecoderConfig, decoderSizes } from "./decoderConfig.js";
import { type FixedTowerConfig, type FixedTowerDefaults, readFixedTower } from "./fixedTower.js";
import { ropeFields, ropeType } from "./rope.js";
import { renamedToken, type SpecialTokenIds, sharedTokens, tokenFields, tokenId } from "./specialTokens.js";

/** Sizes of a Llama decoder; its linear maps have no biases. */
export interface LlamaDecoderConfig extends DecoderConfig {
  readonly ropeTheta: number;
}

/** Sizes of the CLIP tower. */
export interface ClipVisionConfig extends FixedTowerConfig {
  /** Blocks that run: the visual tokens are the last one's output, without the final norm. 0 … `depth`. */
  readonly featureLayer: number;
  /** The class token is dropped. */
  readonly selectStrategy: "default";
  readonly activation: "quick_gelu";
}

/** The configuration of LLaVA-1.5 (arXiv 2310.03744), checked. */
export interface LlavaConfig {
  readonly architecture: "llava";
  readonly decoder: LlamaDecoderConfig;
  readonly vision: ClipVisionConfig;
  /** Two linear maps, tower width → decoder width → decoder width, with the exact GELU between them. */
  readonly projector: { readonly activation: "gelu"; readonly bias: boolean };
  readonly tokens: SpecialTokenIds;
}

/** Of transformers' CLIPVisionConfig, for a vision_config that leaves fields out. */
const CLIP_DEFAULTS: FixedTowerDefaults = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  image_size: 224,
  patch_size: 32,
  layer_norm_eps: 1e-5,
};

/** ViT-L/14 at 336 pixels: the tower of a file without vision_config. */
const LLAVA_TOWER = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  image_size: 336,
  patch_size: 14,
};

const ropeSchema = z.looseObject(ropeFields).nullish();

const textSchema = z.looseObject({
  ...tokenFields,
  vocab_size: size.default(32000),
  hidden_size: size.default(4096),
  intermediate_size: size.default(11008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.literal("silu").default("silu"),
  rms_norm_eps: positive.default(1e-6),
  rope_theta: positive.nullish(),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  max_position_embeddings: size.default(2048),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.literal(false).default(false),
  mlp_bias: z.literal(false).default(false),
  bos_token_id: tokenFields.bos_token_id.default(1),
  eos_token_id: tokenFields.eos_token_id.default(2),
});

const layerIndex = z.int().min(-10_000).max(10_000);

const topSchema = z.looseObject({
  ...tokenFields,
  image_token_id: tokenId.nullish(),
  /** The older name of image_token_id. */
  image_token_index: tokenId.nullish(),
  projector_hidden_act: z.literal("gelu").default("gelu"),
  multimodal_projector_bias: z.boolean().default(true),
  vision_feature_layer: z.union([layerIndex, z.array(layerIndex).max(1000)]).default(-2),
  vision_feature_select_strategy: z.enum(["default", "full"]).default("default"),
});

/** Reads a LLaVA-1.5 configuration. @throws EspalierError as `parseConfig`. */
export function readLlava(config: JsonObject, generation: JsonObject, where: string): LlavaConfig {
  if (config["mm_vision_tower"] !== undefined && config["text_config"] === undefined) {
    throw new EspalierError(
      `${where} is in the layout of the original LLaVA code (it has mm_vision_tower, but no text_config); use the converted checkpoint, such as llava-hf/llava-1.5-7b-hf.`,
    );
  }
  const top = check(topSchema, config, where, "");
  checkPartType(config["text_config"], "text_config", "llama", "LLaVA", where);
  checkPartType(config["vision_config"], "vision_config", "clip_vision_model", "LLaVA", where);
  const text = check(textSchema, config["text_config"] ?? {}, where, "text_config.");
  const decoder = normaliseDecoder(text, where);
  const image = renamedToken("image", top.image_token_id, top.image_token_index, 32000, where);
  if (image >= decoder.vocabSize) {
    throw new EspalierError(
      `${where}: the image token is ${image}, but text_config.vocab_size is ${decoder.vocabSize}; the vocabulary must reach beyond it.`,
    );
  }
  return {
    architecture: "llava",
    decoder,
    vision: normaliseVision(config["vision_config"] ?? LLAVA_TOWER, top, where),
    projector: { activation: "gelu", bias: top.multimodal_projector_bias },
    tokens: { image, ...sharedTokens(top, text, generation, where) },
  };
}

function normaliseDecoder(text: z.infer<typeof textSchema>, where: string): LlamaDecoderConfig {
  const heads = text.num_attention_heads;
  if (text.head_dim == null) divides(heads, text.hidden_size, "num_attention_heads", "hidden_size", where);
  const rope = text.rope_parameters ?? text.rope_scaling ?? {};
  ropeType(rope, ["default"], where);
  return {
    ...decoderSizes(text, text.num_key_value_heads ?? heads, text.head_dim ?? text.hidden_size / heads, where),
    ropeTheta: rope.rope_theta ?? text.rope_theta ?? 10_000,
    // The top level's entry does not count, as in transformers.
    tiedHead: text.tie_word_embeddings,
    attentionWindows: new Array<null>(text.num_hidden_layers).fill(null),
  };
}

function normaliseVision(vision: unknown, top: z.infer<typeof topSchema>, where: string): ClipVisionConfig {
  const tower = readFixedTower(vision, CLIP_DEFAULTS, "quick_gelu", where);
  if (top.vision_feature_select_strategy !== "default") {
    throw new EspalierError(
      `${where}: vision_feature_select_strategy is "full", which keeps the class token as a visual token; only "default", which drops it, is supported.`,
    );
  }
  const layer = top.vision_feature_layer;
  if (Array.isArray(layer)) {
    throw new EspalierError(
      `${where}: vision_feature_layer is ${short(layer)}; features of several layers side by side are not supported, one number is.`,
    );
  }
  // Index into the tower's hidden states: the embeddings, then the output of each block.
  const featureLayer = layer < 0 ? tower.depth + 1 + layer : layer;
  if (featureLayer < 0 || featureLayer > tower.depth) {
    throw new EspalierError(
      `${where}: vision_feature_layer is ${layer}, but the tower has ${tower.depth} layers; a number from ${-tower.depth - 1} to ${tower.depth} is wanted.`,
    );
  }
  return { ...tower, featureLayer, selectStrategy: "default", activation: "quick_gelu" };
}
