/** Qwen2.5-VL (arXiv 2502.13923) as a `VisionLanguageModel`; weights named as in Hugging Face checkpoints. */
import * as tf from "@tensorflow/tfjs";
import type { Qwen25VlConfig } from "../../checkpoint/index.js";
import type { DecoderShape } from "../../cost/index.js";
import { EspalierError } from "../../errors.js";
import type { Tape } from "../../tensor/index.js";
import {
  type AttentionMask,
  concatRows,
  gatherRows,
  inverseFrequencies,
  linear,
  rmsNorm,
  rotaryFromAngles,
} from "../blocks/index.js";
import { causalMask } from "../causalMask.js";
import type {
  GridThw,
  LayerInput,
  LayerOutput,
  LayoutRotary,
  Positions,
  TokenLayout,
  VisionLanguageModel,
} from "../model.js";
import { Parameters, type WeightSource } from "../parameters.js";
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

export class Qwen25Vl implements VisionLanguageModel {
  readonly architecture = "qwen2_5_vl";
  readonly config: Qwen25VlConfig;
  readonly parameters: Parameters;
  readonly #vision: Qwen25Vision;
  readonly #embedding: tf.Tensor2D;
  readonly #layers: PreNormLayer[];
  readonly #norm: tf.Tensor1D;
  readonly #head: tf.Tensor2D;
  readonly #frequencies: Float32Array;
  /** For each frequency, the position axis it turns with. */
  readonly #axes: Uint8Array;

  /**
   * @param trainable holds the weights as variables; default frozen.
   * @throws EspalierError where a weight is missing or has another shape.
   */
  constructor(config: Qwen25VlConfig, source: WeightSource, options: { trainable?: boolean } = {}) {
    this.config = config;
    this.parameters = new Parameters(source, options);
    const { decoder } = config;
    try {
      const at = prefixes(source);
      this.#vision = new Qwen25Vision(this.parameters, at.vision, config.vision);
      this.#embedding = this.parameters.matrix(
        `${at.decoder}.embed_tokens.weight`,
        decoder.vocabSize,
        decoder.hiddenSize,
      );
      this.#layers = Array.from({ length: decoder.layers }, (_, i) =>
        loadPreNormLayer(this.parameters, at.decoder, i, decoder, true),
      );
      this.#norm = this.parameters.vector(`${at.decoder}.norm.weight`, decoder.hiddenSize);
      this.#head = decoder.tiedHead
        ? this.#embedding
        : this.parameters.matrix("lm_head.weight", decoder.vocabSize, decoder.hiddenSize);
    } catch (error) {
      this.parameters.dispose();
      throw error;
    }
    this.#frequencies = inverseFrequencies(decoder.headDim, decoder.ropeTheta);
    this.#axes = Uint8Array.from(decoder.mropeSection.flatMap((count, axis) => new Array<number>(count).fill(axis)));
  }

  get shape(): DecoderShape {
    const { layers, hiddenSize, intermediateSize, heads, kvHeads, headDim, attentionWindows } = this.config.decoder;
    return {
      layers,
      hidden: hiddenSize,
      intermediate: intermediateSize,
      heads,
      kvHeads,
      headDim,
      windows: attentionWindows,
    };
  }

  get vocabulary(): number {
    return this.config.decoder.vocabSize;
  }

  get imageTokenId(): number {
    return this.config.tokens.image;
  }

  get eosTokenIds(): readonly number[] {
    return this.config.tokens.eos;
  }

  get padTokenId(): number {
    return this.config.tokens.pad ?? 0;
  }

  visualTokens(grid: GridThw): number {
    const { rows, columns } = this.visualGrid(grid);
    return grid[0] * rows * columns;
  }

  visualGrid([, height, width]: GridThw): { rows: number; columns: number } {
    const merge = this.config.vision.spatialMergeSize;
    return { rows: height / merge, columns: width / merge };
  }

  encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return this.#vision.encode(pixels, grids, tape);
  }

  embed(ids: Int32Array, visual: tf.Tensor2D | null, tape?: Tape): tf.Tensor2D {
    const { imageTokenId } = this;
    const wanted = ids.reduce((count, id) => count + (id === imageTokenId ? 1 : 0), 0);
    if (visual && wanted !== visual.shape[0]) {
      throw new EspalierError(
        `The prompt has ${wanted} image tokens, but the pictures give ${visual.shape[0]} visual tokens; they do not belong together.`,
      );
    }
    return tf.tidy(() => {
      const words = gatherRows(this.#embedding, ids, tape);
      if (!visual) return words;
      let next = ids.length;
      const order = ids.map((id, row) => (id === imageTokenId ? next++ : row));
      return gatherRows(concatRows([words, visual], tape), order, tape);
    });
  }

  positions(ids: Int32Array, grids: readonly GridThw[]): Positions {
    return multimodalPositions(ids, grids, this.config);
  }

  rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary {
    const { headDim } = this.config.decoder;
    const half = headDim / 2;
    const angles = new Float32Array(layout.batch * layout.length * half);
    for (let row = 0; row < layout.index.length; row++) {
      const place = layout.index[row];
      if (place < 0) continue;
      const { values, axes } = positions[layout.samples ? layout.samples[row] : Math.floor(row / layout.length)];
      const n = values.length / axes;
      for (let j = 0; j < half; j++) angles[row * half + j] = values[this.#axes[j] * n + place] * this.#frequencies[j];
    }
    const { cos, sin } = rotaryFromAngles(angles, layout.batch, layout.length, headDim);
    return { tensors: [cos, sin] };
  }

  mask(i: number, _positions: readonly Positions[], queries: TokenLayout, keys: TokenLayout): AttentionMask {
    return causalMask(queries, keys, { window: this.config.decoder.attentionWindows[i] });
  }

  attentionScale(): number {
    return this.config.decoder.headDim ** -0.5;
  }

  layer(i: number, input: LayerInput, tape?: Tape): LayerOutput {
    return tf.tidy(() => ({ ...preNormLayer(this.#layers[i], this.config.decoder, input, tape) }));
  }

  norm(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return rmsNorm(hidden, this.#norm, this.config.decoder.rmsNormEps, tape);
  }

  logits(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => linear(this.norm(hidden, tape), { weight: this.#head, bias: null }, tape));
  }

  dispose(): void {
    this.parameters.dispose();
  }
}
