/** Qwen2.5-VL (arXiv 2502.13923) as a `VisionLanguageModel`; weights named as in Hugging Face checkpoints. */
import * as tf from "@tensorflow/tfjs";
import type { Qwen25VlConfig } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import { inverseFrequencies } from "../blocks/index.js";
import { CheckpointModel, loadEnds } from "../checkpointModel.js";
import { layoutRotary } from "../layoutRotary.js";
import type { GridThw, LayerInput, LayerOutput, LayoutRotary, Positions, TokenLayout } from "../model.js";
import type { ParametersOptions, WeightSource } from "../parameters.js";
import { loadPreNormLayer, type PreNormLayer, preNormLayer } from "../preNormDecoder.js";
import { multimodalPositions } from "./positions.js";
import { Qwen25Vision } from "./vision.js";

/** Checkpoints before transformers 4.52 keep the decoder at "model", later ones at "model.language_model". */
function prefixes(source: WeightSource): { decoder: string; vision: string } {
  const nested = source.has("model.language_model.embed_tokens.weight");
  return {
    decoder: nested ? "model.language_model" : "model",
    vision: source.has("model.visual.patch_embed.proj.weight") ? "model.visual" : "visual",
  };
}

export class Qwen25Vl extends CheckpointModel<Qwen25VlConfig> {
  readonly #vision: Qwen25Vision;
  readonly #layers: readonly PreNormLayer[];
  readonly #frequencies: Float32Array;
  /** For each frequency, the position axis it turns with. */
  readonly #axes: Uint8Array;

  /**
   * @param options how the weights are held; default frozen, in float32.
   * @throws EspalierError where a weight is missing or has another shape.
   */
  constructor(config: Qwen25VlConfig, source: WeightSource, options: ParametersOptions = {}) {
    super(config, source, options);
    const { decoder } = config;
    const at = prefixes(source);
    const { vision, layers } = this.load((p) => ({
      vision: new Qwen25Vision(p, at.vision, config.vision),
      ...loadEnds(p, at.decoder, "lm_head.weight", decoder),
      layers: Array.from({ length: decoder.layers }, (_, i) => loadPreNormLayer(p, at.decoder, i, decoder, true)),
    }));
    this.#vision = vision;
    this.#layers = layers;
    this.#frequencies = inverseFrequencies(decoder.headDim, decoder.ropeTheta);
    this.#axes = Uint8Array.from(decoder.mropeSection.flatMap((count, axis) => new Array<number>(count).fill(axis)));
  }

  override visualGrid([, height, width]: GridThw): { rows: number; columns: number } {
    const merge = this.config.vision.spatialMergeSize;
    return { rows: height / merge, columns: width / merge };
  }

  override encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return this.#vision.encode(pixels, grids, tape);
  }

  override positions(ids: Int32Array, grids: readonly GridThw[], secondsPerGrid?: readonly number[]): Positions {
    return multimodalPositions(ids, grids, secondsPerGrid ?? [], this.config);
  }

  override rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary {
    const { cos, sin } = layoutRotary(positions, layout, this.#frequencies, this.#axes);
    return { tensors: [cos, sin] };
  }

  override layer(i: number, input: LayerInput, tape?: Tape): LayerOutput {
    return tf.tidy(() => ({ ...preNormLayer(this.#layers[i], this.config.decoder, input, tape) }));
  }
}
