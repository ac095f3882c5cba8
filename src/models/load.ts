/** From a checkpoint directory to a model that is ready to run. */
import { type ModelConfig, openWeights, readConfig } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { useBackend } from "../tensor/index.js";
import type { VisionLanguageModel } from "./model.js";
import type { WeightSource } from "./parameters.js";
import { Qwen25Vl } from "./qwen2_5_vl/index.js";

type Builder<Config> = (config: Config, source: WeightSource) => VisionLanguageModel;

type Builders = {
  readonly [A in ModelConfig["architecture"]]?: Builder<Extract<ModelConfig, { architecture: A }>>;
};

/** How each architecture's graph is built; an architecture whose checkpoints can only be read so far has none. */
const MODELS: Builders = {
  qwen2_5_vl: (config, source) => new Qwen25Vl(config, source),
};

/** Tensors that checkpoints carry although they follow from the rest: the rotary frequencies, a tied head's copy. */
function isRedundant(name: string, config: ModelConfig): boolean {
  return name.endsWith(".rotary_emb.inv_freq") || (config.decoder.tiedHead && name === "lm_head.weight");
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
  const build = MODELS[config.architecture] as Builder<ModelConfig> | undefined;
  if (build === undefined) {
    throw new EspalierError(
      `The checkpoint ${directory} is of the architecture ${config.architecture}, whose pictures and prompts can be prepared but which cannot be run yet; these can: ${Object.keys(MODELS).join(", ")}.`,
    );
  }
  const weights = openWeights(directory);
  try {
    await useBackend();
    const used = new Set<string>();
    const model = build(config, {
      has: (name) => weights.has(name),
      read(name, shape) {
        used.add(name);
        return weights.read(name, shape);
      },
    });
    const unused = weights.names.filter((name) => !used.has(name) && !isRedundant(name, config));
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
