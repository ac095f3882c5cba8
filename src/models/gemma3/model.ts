/** Gemma 3 (arXiv 2503.19786) as a `VisionLanguageModel`; weights named as in Hugging Face checkpoints. */
import * as tf from "@tensorflow/tfjs";
import type { Gemma3Config } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import {
  type AttentionMask,
  inverseFrequencies,
  type LayerNormParameters,
  layerNorm,
  tanhGelu,
} from "../blocks/index.js";
import { causalMask } from "../causalMask.js";
import { CheckpointModel, loadEnds } from "../checkpointModel.js";
import { FixedTower } from "../fixedTower.js";
import { layoutRotary } from "../layoutRotary.js";
import type { GridThw, LayerInput, LayerOutput, LayoutRotary, Positions, TokenLayout } from "../model.js";
import type { ParametersOptions, WeightSource } from "../parameters.js";
import { nestedPrefixes } from "../prefixes.js";
import { sequentialPositions } from "../sequentialPositions.js";
import { type Gemma3Layer, gemma3Layer, loadGemma3Layer } from "./decoder.js";
import { loadProjector, project } from "./projector.js";

export class Gemma3 extends CheckpointModel<Gemma3Config> {
  readonly #tower: FixedTower;
  readonly #towerNorm: LayerNormParameters;
  readonly #projector: ReturnType<typeof loadProjector>;
  readonly #layers: readonly Gemma3Layer[];
  readonly #globalFrequencies: Float32Array;
  readonly #localFrequencies: Float32Array;

  /**
   * @param options how the weights are held; default in float32. They cannot be trained.
   * @throws EspalierError where a weight is missing or has another shape.
   */
  constructor(config: Gemma3Config, source: WeightSource, options: ParametersOptions = {}) {
    super(config, source, options);
    const { decoder, vision } = config;
    const at = nestedPrefixes(source);
    const tower = `${at.vision}.vision_model`;
    const loaded = this.load((p) => ({
      tower: new FixedTower(p, tower, vision, { blocks: vision.depth, classToken: false, activation: tanhGelu }),
      towerNorm: p.layerNorm(`${tower}.post_layernorm`, vision.hiddenSize),
      projector: loadProjector(p, at.projector, config),
      ...loadEnds(p, at.decoder, at.head, decoder, (name, length) => p.onePlus(name, length)),
      layers: Array.from({ length: decoder.layers }, (_, i) => loadGemma3Layer(p, at.decoder, i, decoder)),
    }));
    this.#tower = loaded.tower;
    this.#towerNorm = loaded.towerNorm;
    this.#projector = loaded.projector;
    this.#layers = loaded.layers;
    const { globalRope, localRope, headDim } = decoder;
    this.#globalFrequencies = inverseFrequencies(headDim, globalRope.theta).map((f) => f / globalRope.factor);
    this.#localFrequencies = inverseFrequencies(headDim, localRope.theta);
  }

  /** √H, for words alone. */
  protected override get wordScale(): number {
    return Math.sqrt(this.config.decoder.hiddenSize);
  }

  override visualGrid(): { rows: number; columns: number } {
    const side = Math.sqrt(this.config.tokensPerImage);
    return { rows: side, columns: side };
  }

  override encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => {
      const features = this.#tower.encode(pixels, grids, tape);
      const normalised = layerNorm(features, this.#towerNorm, this.config.vision.layerNormEps, tape);
      return project(this.#projector, normalised, this.config, tape);
    });
  }

  override positions(ids: Int32Array, grids: readonly GridThw[]): Positions {
    return sequentialPositions(ids, grids, this.config.tokens.image, (grid) => this.visualTokens(grid));
  }

  override rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary {
    const [whole, local] = [this.#globalFrequencies, this.#localFrequencies].map((f) =>
      layoutRotary(positions, layout, f),
    );
    return { tensors: [whole.cos, whole.sin, local.cos, local.sin] };
  }

  /** Tokens of one picture see each other, in both directions, within a window or not. */
  override mask(i: number, positions: readonly Positions[], queries: TokenLayout, keys: TokenLayout): AttentionMask {
    return causalMask(queries, keys, {
      window: this.config.decoder.attentionWindows[i],
      pictures: positions.map((sample) => sample.pictures!),
    });
  }

  override attentionScale(): number {
    return this.config.decoder.queryPreAttnScalar ** -0.5;
  }

  override layer(i: number, input: LayerInput, tape?: Tape): LayerOutput {
    const { decoder } = this.config;
    const sliding = decoder.attentionWindows[i] !== null;
    return tf.tidy(() => ({ ...gemma3Layer(this.#layers[i], decoder, sliding, input, tape) }));
  }
}
