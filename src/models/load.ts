/** From a checkpoint directory to a model that is ready to run. */
import { type LlavaConfig, type ModelConfig, openWeights, readConfig, type Weights } from "../checkpoint/index.js";
import { availableMemory, useBackend } from "../tensor/index.js";
import type { CheckpointModel } from "./checkpointModel.js";
import { Gemma3 } from "./gemma3/index.js";
import { Llava } from "./llava/index.js";
import { estimateMemory, type SizedModel } from "./memory.js";
import type { VisionLanguageModel } from "./model.js";
import type { ParametersOptions, WeightSource } from "./parameters.js";
import { Qwen25Vl } from "./qwen2_5_vl/index.js";
import { chooseResidency, demandRoom, USUAL_TOKENS, type WeightChoice } from "./residency.js";

interface Architecture<Config extends ModelConfig> {
  build(config: Config, source: WeightSource, options?: ParametersOptions): CheckpointModel<Config>;
  /** Tensors of a checkpoint that the model does not need by design; default none. */
  isNeedless?(name: string, config: Config): boolean;
}

type Architectures = {
  readonly [A in ModelConfig["architecture"]]: Architecture<Extract<ModelConfig, { architecture: A }>>;
};

/** How each architecture's graph is built. */
const MODELS: Architectures = {
  qwen2_5_vl: { build: (...of) => new Qwen25Vl(...of) },
  llava: { build: (...of) => new Llava(...of), isNeedless: behindFeatures },
  gemma3: { build: (...of) => new Gemma3(...of), isNeedless: (name) => isTowerRest(name) },
};

/** What a vision tower has for other uses than its features: numbered positions, a pooled head. */
function isTowerRest(name: string): boolean {
  return /\.vision_model\.(embeddings\.position_ids|head\.)/.test(name);
}

/** The blocks of CLIP behind those whose features are taken, and the norm behind them. */
function behindFeatures(name: string, { vision }: LlavaConfig): boolean {
  const block = /\.vision_model\.encoder\.layers\.(\d+)\./.exec(name);
  return (
    (block !== null && Number(block[1]) >= vision.featureLayer) ||
    /\.vision_model\.post_layernorm\./.test(name) ||
    isTowerRest(name)
  );
}

/** Tensors that checkpoints carry although they follow from the rest: the rotary frequencies, a tied head's copy. */
function isRedundant(name: string, config: ModelConfig): boolean {
  return name.endsWith(".rotary_emb.inv_freq") || (config.decoder.tiedHead && /(^|\.)lm_head\.weight$/.test(name));
}

/** A model that is ready to run, with what was read beside it. */
export interface LoadedModel {
  /** Frozen, on the active backend; the caller disposes it. */
  readonly model: VisionLanguageModel;
  readonly config: ModelConfig;
  /** Names of the checkpoint's tensors that the model has no place for; what holds them may be a different model. */
  readonly unused: readonly string[];
  /** How its weights are held. */
  readonly residency: "float32" | "stored";
}

/** How a checkpoint is loaded. */
export interface LoadOptions {
  /**
   * How weights are held: `float32` is faster, `stored` takes half of the memory where a checkpoint has 16 bits a parameter,
   * and gives the same numbers; default `auto`, which takes float32 where it leaves half of the memory free.
   */
  readonly weights?: WeightChoice;
  /** Told in one sentence about tensors without a place; default `process.emitWarning`. */
  readonly warn?: (sentence: string) => void;
}

/**
 * Builds the model of a configuration out of weights from anywhere, on the active backend.
 *
 * @returns the caller disposes it.
 * @throws EspalierError where a weight is missing or has another shape; nothing stays allocated.
 */
export function buildModel(
  config: ModelConfig,
  source: WeightSource,
  options?: ParametersOptions,
): CheckpointModel<ModelConfig> {
  return (MODELS[config.architecture] as Architecture<ModelConfig>).build(config, source, options);
}

/** Builds a model, and finds the tensors that it has no place for. */
function assemble(directory: string, config: ModelConfig, weights: Weights, options: ParametersOptions) {
  const { isNeedless } = MODELS[config.architecture] as Architecture<ModelConfig>;
  const used = new Set<string>();
  const source: WeightSource = {
    has: (name) => weights.has(name),
    read(name, shape) {
      used.add(name);
      return weights.read(name, shape);
    },
    dtype(name, shape) {
      used.add(name);
      return weights.dtype(name, shape);
    },
    readBits: (name, shape) => weights.readBits(name, shape),
  };
  const model = buildModel(config, source, options);
  const unused = weights.names.filter(
    (name) => !used.has(name) && !isRedundant(name, config) && isNeedless?.(name, config) !== true,
  );
  const some = unused.slice(0, 3).join(", ") + (unused.length > 3 ? ", …" : "");
  const warning =
    unused.length === 0
      ? null
      : `The checkpoint ${directory} has ${unused.length} tensors that ${config.architecture} has no place for (${some}); they are ignored.`;
  return { model, unused, warning };
}

/** A checkpoint whose headers were read, and no weight. */
export interface PlannedModel extends SizedModel {
  /** Bytes of its tensors on disk. */
  readonly bytesOnDisk: number;
  readonly unused: readonly string[];
  /** A sentence about the unused; null where there are none. */
  readonly warning: string | null;
}

/**
 * Reads config.json and the headers of the weights, and checks that every tensor that the model needs is there with the shape
 * that the configuration implies.
 *
 * @throws EspalierError as `loadModel`.
 */
export function planModel(directory: string): PlannedModel {
  const config = readConfig(directory);
  const weights = openWeights(directory);
  try {
    const { model, unused, warning } = assemble(directory, config, weights, { residency: "planned" });
    const { shape } = model;
    const { plan } = model.parameters;
    model.dispose();
    return { config, shape, parameters: { plan }, bytesOnDisk: weights.bytes, unused, warning };
  } finally {
    weights.close();
  }
}

/**
 * Loads config.json and the weights of a Hugging Face directory, and makes the best tensor backend active.
 *
 * Weights are read one tensor at a time: memory is the model's, 4 or 2 bytes a parameter, and the largest tensor once more.
 *
 * @throws EspalierError for an unknown architecture, a missing or damaged file, a tensor that is missing or has another
 *   shape than config.json implies, and, under `auto`, weights that no memory is free for; nothing stays allocated or open.
 *
 * @example
 * const { model } = await loadModel(EMBEDDED_DIRECTORY);
 * model.shape.layers; // → 8
 * model.dispose();
 */
export async function loadModel(
  directory: string,
  { weights: choice = "auto", warn = (sentence) => process.emitWarning(sentence) }: LoadOptions = {},
): Promise<LoadedModel> {
  const backend = await useBackend();
  let residency: "float32" | "stored";
  if (choice === "auto") {
    const estimate = estimateMemory(planModel(directory), USUAL_TOKENS);
    const available = availableMemory(backend);
    demandRoom(directory, estimate, available);
    residency = chooseResidency(estimate, available);
  } else residency = choice;
  const config = readConfig(directory);
  const weights = openWeights(directory);
  try {
    const { model, unused, warning } = assemble(directory, config, weights, { residency });
    if (warning !== null) warn(warning);
    return { model, config, unused, residency };
  } finally {
    weights.close();
  }
}
