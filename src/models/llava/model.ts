/** LLaVA-1.5 (arXiv 2310.03744) as a `VisionLanguageModel`; weights named as in Hugging Face checkpoints. */
import * as tf from "@tensorflow/tfjs";
import type { LlavaConfig } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import { gelu, inverseFrequencies, type LinearParameters, linear, quickGelu } from "../blocks/index.js";
import { CheckpointModel, loadEnds } from "../checkpointModel.js";
import { FixedTower } from "../fixedTower.js";
import { layoutRotary } from "../layoutRotary.js";
import type { GridThw, LayerInput, LayerOutput, LayoutRotary, Positions, TokenLayout } from "../model.js";
import type { Parameters, ParametersOptions, WeightSource } from "../parameters.js";
import { nestedPrefixes } from "../prefixes.js";
import { loadPreNormLayer, type PreNormLayer, preNormLayer } from "../preNormDecoder.js";
import { sequentialPositions } from "../sequentialPositions.js";

/** Two linear maps from the tower's width to the decoder's, GELU between them. */
function loadProjector(p: Parameters, prefix: string, { vision, decoder, projector }: LlavaConfig) {
  return {
    first: p.linear(`${prefix}.linear_1`, vision.hiddenSize, decoder.hiddenSize, projector.bias),
    second: p.linear(`${prefix}.linear_2`, decoder.hiddenSize, decoder.hiddenSize, projector.bias),
  };
}

export class Llava extends CheckpointModel<LlavaConfig> {
  readonly #tower: FixedTower;
  readonly #projector: { readonly first: LinearParameters; readonly second: LinearParameters };
  readonly #layers: readonly PreNormLayer[];
  readonly #frequencies: Float32Array;

  /**
   * @param options how the weights are held; default frozen, in float32.
   * @throws EspalierError where a weight is missing or has another shape.
   */
  constructor(config: LlavaConfig, source: WeightSource, options: ParametersOptions = {}) {
    super(config, source, options);
    const { decoder, vision } = config;
    const at = nestedPrefixes(source);
    const { tower, projector, layers } = this.load((p) => ({
      // Features are taken before the last block or blocks, without the tower's last norm.
      tower: new FixedTower(p, `${at.vision}.vision_model`, vision, {
        blocks: vision.featureLayer,
        classToken: true,
        activation: quickGelu,
      }),
      projector: loadProjector(p, at.projector, config),
      ...loadEnds(p, at.decoder, at.head, decoder),
      layers: Array.from({ length: decoder.layers }, (_, i) => loadPreNormLayer(p, at.decoder, i, decoder, false)),
    }));
    this.#tower = tower;
    this.#projector = projector;
    this.#layers = layers;
    this.#frequencies = inverseFrequencies(decoder.headDim, decoder.ropeTheta);
  }

  override visualGrid([, rows, columns]: GridThw): { rows: number; columns: number } {
    return { rows, columns };
  }

  override encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => {
      const features = this.#tower.encode(pixels, grids, tape);
      return linear(gelu(linear(features, this.#projector.first, tape), tape), this.#projector.second, tape);
    });
  }

  override positions(ids: Int32Array, grids: readonly GridThw[]): Positions {
    const { axes, values, next } = sequentialPositions(ids, grids, this.config.tokens.image, (grid) =>
      this.visualTokens(grid),
    );
    return { axes, values, next };
  }

  override rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary {
    const { cos, sin } = layoutRotary(positions, layout, this.#frequencies);
    return { tensors: [cos, sin] };
  }

  override layer(i: number, input: LayerInput, tape?: Tape): LayerOutput {
    return tf.tidy(() => ({ ...preNormLayer(this.#layers[i], this.config.decoder, input, tape) }));
  }
}
