/** From a checkpoint directory to a model that is ready to run. */
import { type LlavaConfig, type ModelConfig, openWeights, readConfig } from "../checkpoint/index.js";
import { useBackend } from "../tensor/index.js";
import { Gemma3 } from "./gemma3/index.js";
import { Llava } from "./llava/index.js";
import type { VisionLanguageModel } from "./model.js";
import type { WeightSource } from "./parameters.js";
import { Qwen25Vl } from "./qwen2_5_vl/index.js";

interface Architecture<Config> {
  build(config: Config, source: WeightSource): VisionLanguageModel;
  /** Tensors of a checkpoint that the model does not need by design; default none. */
  isNeedless?(name: string, config: Config): boolean;
}

type Architectures = {
  readonly [A in ModelConfig["architecture"]]: Architecture<Extract<ModelConfig, { architecture: A }>>;
};

/** How each architecture's graph is built. */
const MODELS: Architectures = {
  qwen2_5_vl: { build: (config, source) => new Qwen25Vl(config, source) },
  llava: { build: (config, source) => new Llava(config, source), isNeedless: behindFeatures },
  gemma3: { build: (config, source) => new Gemma3(config, source), isNeedless: (name) => isTowerRest(name) },
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

/**
 * A model from its configuration and any source of weights.
 *
 * @returns the caller disposes it.
 * @throws EspalierError where a weight is missing or has another shape; nothing stays allocated.
 */
export function buildModel(config: ModelConfig, source: WeightSource): VisionLanguageModel {
  return (MODELS[config.architecture] as Architecture<ModelConfig>).build(config, source);
}

export interface LoadedModel {
  /** Frozen, float32 on the active backend; the caller disposes it. */
  readonly model: VisionLanguageModel;
  readonly config: ModelConfig;
  /** Names of the checkpoint's tensors that the model has no place for; what holds them may be a different model. */
  readonly unused: readonly string[];
}

/**
 * Loads config.json and the weights of a Hugging Face directory, and makes the best tensor backend active.
 *
 * Weights are read one tensor at a time and widened to float32: memory is the model's 4 bytes a parameter, and the largest
 * tensor once more.
 *
 * @param warn told in one sentence about tensors without a place; default `process.emitWarning`.
 * @throws EspalierError for an unknown architecture, a missing or damaged file, and a tensor that is missing or has another
 *   shape than config.json implies; nothing stays allocated or open.
 */
export async function loadModel(
  directory: string,
  warn: (sentence: string) => void = (sentence) => process.emitWarning(sentence),
): Promise<LoadedModel> {
  const config = readConfig(directory);
  const { isNeedless } = MODELS[config.architecture] as Architecture<ModelConfig>;
  const weights = openWeights(directory);
  try {
    await useBackend();
    const used = new Set<string>();
    const model = buildModel(config, {
      has: (name) => weights.has(name),
      read(name, shape) {
        used.add(name);
        return weights.read(name, shape);
      },
    });
    const unused = weights.names.filter(
      (name) => !used.has(name) && !isRedundant(name, config) && isNeedless?.(name, config) !== true,
    );
    if (unused.length > 0) {
      const some = unused.slice(0, 3).join(", ") + (unused.length > 3 ? ", …" : "");
      warn(
        `The checkpoint ${directory} has ${unused.length} tensors that ${config.architecture} has no place for (${some}); they are ignored.`,
      );
    }
    return { model, config, unused };
  } finally {
    weights.close();
  }
}
