/** What the models of all architectures do alike, whatever their tower and their layers. */
import * as tf from "@tensorflow/tfjs";
import { type ModelConfig, visualTokenIds, visualTokens } from "../checkpoint/index.js";
import type { DecoderShape } from "../cost/index.js";
import type { Tape } from "../tensor/index.js";
import { type AttentionMask, linear, type Matrix, rmsNorm } from "./blocks/index.js";
import { causalMask } from "./causalMask.js";
import { embedTokens } from "./embedding.js";
import type {
  GridThw,
  LayerInput,
  LayerOutput,
  LayoutRotary,
  Positions,
  TokenLayout,
  VisionLanguageModel,
} from "./model.js";
import { Parameters, type ParametersOptions, type WeightSource } from "./parameters.js";

/** The first and the last maps of a decoder. */
export interface DecoderEnds {
  /** [vocabulary, H] */
  readonly embedding: Matrix;
  /** [H] */
  readonly norm: tf.Tensor1D;
  /** [vocabulary, H]; the embedding itself where the head is tied. */
  readonly head: Matrix;
}

/** A model built from a checkpoint's configuration and weights. Each architecture gives its tower, its layers and its ends. */
export abstract class CheckpointModel<Config extends ModelConfig> implements VisionLanguageModel {
  readonly config: Config;
  readonly parameters: Parameters;
  /** Set by `load`. */
  #ends!: DecoderEnds;

  /** @param options how the weights are held; default frozen, in float32. */
  protected constructor(config: Config, source: WeightSource, options: ParametersOptions = {}) {
    this.config = config;
    this.parameters = new Parameters(source, options);
  }

  /**
   * Runs a constructor's loading; nothing stays allocated where it fails.
   *
   * @returns what `weights` returned besides the ends.
   */
  protected load<Rest extends object>(weights: (p: Parameters) => DecoderEnds & Rest): Rest {
    try {
      const loaded = weights(this.parameters);
      this.#ends = loaded;
      return loaded;
    } catch (error) {
      this.parameters.dispose();
      throw error;
    }
  }

  get architecture(): string {
    return this.config.architecture;
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

  get visualTokenIds(): readonly number[] {
    return visualTokenIds(this.config);
  }

  get eosTokenIds(): readonly number[] {
    return this.config.tokens.eos;
  }

  get padTokenId(): number {
    return this.config.tokens.pad ?? 0;
  }

  visualTokens(grid: GridThw): number {
    return visualTokens(this.config, grid);
  }

  embed(ids: Int32Array, visual: tf.Tensor2D | null, tape?: Tape): tf.Tensor2D {
    return embedTokens(this.#ends.embedding, ids, visual, this.visualTokenIds, this.wordScale, tape);
  }

  /** What word embeddings are multiplied with. */
  protected get wordScale(): number {
    return 1;
  }

  mask(i: number, _positions: readonly Positions[], queries: TokenLayout, keys: TokenLayout): AttentionMask {
    return causalMask(queries, keys, { window: this.config.decoder.attentionWindows[i] });
  }

  attentionScale(_i: number): number {
    return this.config.decoder.headDim ** -0.5;
  }

  norm(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return rmsNorm(hidden, this.#ends.norm, this.config.decoder.rmsNormEps, tape);
  }

  logits(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => linear(this.norm(hidden, tape), { weight: this.#ends.head, bias: null }, tape));
  }

  dispose(): void {
    this.parameters.dispose();
  }

  abstract visualGrid(grid: GridThw): { rows: number; columns: number };
  abstract encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D;
  abstract positions(ids: Int32Array, grids: readonly GridThw[], secondsPerGrid?: readonly number[]): Positions;
  abstract rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary;
  abstract layer(i: number, input: LayerInput, tape?: Tape): LayerOutput;
}

/**
 * Loads embedding, final norm and head.
 *
 * @param decoder the decoder's prefix, such as "model.language_model".
 * @param head the head's name where it is not tied.
 * @param norm how the norm's weight is loaded; default as it is.
 */
export function loadEnds(
  p: Parameters,
  decoder: string,
  head: string,
  { vocabSize, hiddenSize, tiedHead }: ModelConfig["decoder"],
  norm: (name: string, length: number) => tf.Tensor1D = (name, length) => p.vector(name, length),
): DecoderEnds {
  const embedding = p.matrix(`${decoder}.embed_tokens.weight`, vocabSize, hiddenSize);
  return {
    embedding,
    norm: norm(`${decoder}.norm.weight`, hiddenSize),
    head: tiedHead ? embedding : p.matrix(head, vocabSize, hiddenSize),
  };
}
