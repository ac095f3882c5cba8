/**
 * Reads config.json of a checkpoint into one plain, checked object per architecture, whatever layout the file has:
 * flat (decoder fields at the top level, as the hub's older Qwen2.5-VL files) or nested (`text_config`, as transformers
 * ≥ 4.52 writes), `rope_scaling` or `rope_parameters`. Defaults are those of transformers 4.57, which leaves defaults
 * out of the files that it writes.
 */
import path from "node:path";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { isObject, readJsonObject, readOptionalJsonObject } from "./files.js";

/** Sizes of the language model. */
export interface DecoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  /** Query heads; a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  /** Rotary pairs that turn with the time, height and width position; their sum is `headDim / 2`. */
  readonly mropeSection: readonly [number, number, number];
  /** Whether the head is the transposed token embedding. */
  readonly tiedHead: boolean;
  /** Per layer: how many positions back a token sees, or null for all. */
  readonly attentionWindows: readonly (number | null)[];
  readonly maxPositions: number;
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

/** Ids of the tokens that are not text. */
export interface SpecialTokenIds {
  readonly image: number;
  readonly video: number;
  readonly visionStart: number;
  readonly visionEnd: number;
  /** Tokens that end an answer: those of config.json, then those that generation_config.json adds. May be empty. */
  readonly eos: readonly number[];
  readonly bos: number | null;
  readonly pad: number | null;
}

export interface Qwen25VlConfig {
  readonly architecture: "qwen2_5_vl";
  readonly decoder: DecoderConfig;
  readonly vision: QwenVisionConfig;
  readonly tokens: SpecialTokenIds;
}

/** The configuration of any supported architecture, told apart by `architecture`. */
export type ModelConfig = Qwen25VlConfig;

type JsonObject = Record<string, unknown>;

const READERS: Readonly<Record<string, (config: JsonObject, generation: JsonObject, where: string) => ModelConfig>> = {
  qwen2_5_vl: readQwen25Vl,
};

/** `model_type` values that have a reader. */
export const SUPPORTED_ARCHITECTURES: readonly string[] = Object.keys(READERS);

/**
 * Reads config.json, and generation_config.json where there is one, of a checkpoint directory.
 *
 * @throws EspalierError when config.json is missing, its architecture unknown, or a value is out of range.
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
 * @throws EspalierError as `readConfig`.
 */
export function parseConfig(config: JsonObject, generation: JsonObject, where: string): ModelConfig {
  const type = config["model_type"];
  const reader = typeof type === "string" && Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (reader !== undefined) return reader(config, generation, where);
  const found = type === undefined ? "no model_type" : `the unknown architecture ${short(type)}`;
  throw new EspalierError(`${where} has ${found}; supported: ${SUPPORTED_ARCHITECTURES.join(", ")}.`);
}

const size = z.int().min(1).max(10_000_000);
const count = z.int().min(1).max(10_000);
const positive = z.number().positive().max(1e12);
const tokenId = z.int().min(0).max(2_147_483_647);
const oneOrMoreIds = z.union([tokenId, z.array(tokenId).max(1000)]).nullish();

const ropeSchema = z
  .looseObject({
    rope_type: z.string().nullish(),
    type: z.string().nullish(),
    rope_theta: positive.nullish(),
    mrope_section: z.tuple([count, count, count]).nullish(),
  })
  .nullish();

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
  bos_token_id: oneOrMoreIds,
  eos_token_id: oneOrMoreIds,
  pad_token_id: tokenId.nullish(),
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
  bos_token_id: oneOrMoreIds,
  eos_token_id: oneOrMoreIds,
  pad_token_id: tokenId.nullish(),
});

function readQwen25Vl(config: JsonObject, generation: JsonObject, where: string): Qwen25VlConfig {
  const nested = config["text_config"] !== undefined && config["text_config"] !== null;
  const top = check(topSchema, config, where, "");
  const text = check(textSchema, nested ? config["text_config"] : config, where, nested ? "text_config." : "");
  const vision = check(visionSchema, config["vision_config"] ?? {}, where, "vision_config.");
  const beside = check(
    z.looseObject({ eos_token_id: oneOrMoreIds }),
    generation,
    `generation_config.json beside ${where}`,
    "",
  );
  const decoder = normaliseDecoder(text, top.tie_word_embeddings ?? false, where);
  const eos = [...idList(top.eos_token_id ?? text.eos_token_id), ...idList(beside.eos_token_id)];
  return {
    architecture: "qwen2_5_vl",
    decoder,
    vision: normaliseVision(vision, decoder.hiddenSize, where),
    tokens: {
      image: top.image_token_id,
      video: top.video_token_id,
      visionStart: top.vision_start_token_id,
      visionEnd: top.vision_end_token_id,
      eos: [...new Set(eos)],
      bos: idList(top.bos_token_id ?? text.bos_token_id)[0] ?? null,
      pad: top.pad_token_id ?? text.pad_token_id ?? null,
    },
  };
}

function normaliseDecoder(text: z.infer<typeof textSchema>, tiedAtTop: boolean, where: string): DecoderConfig {
  const layers = text.num_hidden_layers;
  const heads = text.num_attention_heads;
  const kvHeads = text.num_key_value_heads ?? heads;
  divides(heads, text.hidden_size, "num_attention_heads", "hidden_size", where);
  divides(kvHeads, heads, "num_key_value_heads", "num_attention_heads", where);
  const headDim = text.hidden_size / heads;
  if (text.head_dim != null && text.head_dim !== headDim) {
    throw new EspalierError(
      `${where}: head_dim is ${text.head_dim}, but Qwen2.5-VL has hidden_size / num_attention_heads = ${headDim}; correct or remove it.`,
    );
  }
  const rope = text.rope_parameters ?? text.rope_scaling ?? {};
  const ropeType = rope.rope_type ?? rope.type ?? "default";
  if (ropeType !== "default" && ropeType !== "mrope") {
    throw new EspalierError(`${where}: the rotary scaling ${short(ropeType)} is not supported; "default" is.`);
  }
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
    vocabSize: text.vocab_size,
    hiddenSize: text.hidden_size,
    intermediateSize: text.intermediate_size,
    layers,
    heads,
    kvHeads,
    headDim,
    rmsNormEps: text.rms_norm_eps,
    ropeTheta: rope.rope_theta ?? text.rope_theta ?? 1_000_000,
    mropeSection,
    // In a nested file the decoder's own entry counts, as in transformers.
    tiedHead: text.tie_word_embeddings ?? tiedAtTop,
    attentionWindows: attentionWindows(text, where),
    maxPositions: text.max_position_embeddings,
  };
}

function attentionWindows(text: z.infer<typeof textSchema>, where: string): (number | null)[] {
  const layers = text.num_hidden_layers;
  const window = text.use_sliding_window ? (text.sliding_window === undefined ? 4096 : text.sliding_window) : null;
  if (text.layer_types == null) {
    return Array.from({ length: layers }, (_, i) => (i >= text.max_window_layers ? window : null));
  }
  if (text.layer_types.length !== layers) {
    throw new EspalierError(
      `${where}: layer_types has ${text.layer_types.length} entries, num_hidden_layers is ${layers}.`,
    );
  }
  return text.layer_types.map((type, i) => {
    if (type === "full_attention") return null;
    if (window === null) {
      throw new EspalierError(
        `${where}: layer_types makes layer ${i} sliding, but use_sliding_window is false or sliding_window is null; set both.`,
      );
    }
    return window;
  });
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

function divides(divisor: number, value: number, divisorName: string, valueName: string, where: string): void {
  if (value % divisor === 0) return;
  throw new EspalierError(`${where}: ${valueName} is ${value}, which ${divisorName} (${divisor}) does not divide.`);
}

function idList(ids: number | number[] | null | undefined): number[] {
  return ids == null ? [] : Array.isArray(ids) ? ids : [ids];
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/**
 * Checks a JSON value against a schema.
 *
 * @param prefix goes before the field's path in errors, e.g. `"text_config."`.
 * @throws EspalierError that names the first wrong field, the value found and the value wanted.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
  prefix: string,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  let found: unknown = value;
  for (const key of issue.path) found = isObject(found) || Array.isArray(found) ? Reflect.get(found, key) : undefined;
  const field = `${prefix}${issue.path.join(".")}`.replace(/\.$/, "") || "the whole";
  const wanted = issue.message.replace(/^(Invalid input|Too small|Too big|Invalid option): /, "");
  throw new EspalierError(`${where}: ${field} is ${short(found)}; ${wanted}.`);
}
