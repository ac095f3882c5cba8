/** Initial weights for training the embedded model from nothing. */
import { Random } from "../../tensor/index.js";
import type { WeightSource } from "../parameters.js";

/** Ends of residual branches start smaller, so that depth does not amplify. */
const RESIDUAL_OUTPUTS = /\.(o_proj|down_proj|attn\.proj)\.weight$/;

/**
 * Weights drawn from N(0, 1/fan_in), residual outputs a quarter of that, embeddings N(0, .05), norms one, biases zero.
 * The usual N(0, .02) is too small at this width: training stalls.
 *
 * Each tensor has its own stream, named after it: the order of reading does not matter.
 */
export function initialWeights(seed: number): WeightSource {
  return {
    // The layout of current transformers: model.language_model and model.visual, head tied.
    has: (name) => name.startsWith("model.language_model.") || name.startsWith("model.visual."),
    read(name, shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(size);
      if (name.endsWith(".bias")) return values;
      if (shape.length === 1) return values.fill(1);
      const fanIn = size / shape[0];
      const deviation = name.endsWith("embed_tokens.weight")
        ? 0.05
        : fanIn ** -0.5 * (RESIDUAL_OUTPUTS.test(name) ? 0.25 : 1);
      const random = new Random(seed).fork(name);
      for (let i = 0; i < size; i++) values[i] = deviation * random.normal();
      return values;
    },
  };
}
