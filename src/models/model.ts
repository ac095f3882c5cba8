/**
 * What a search, an evaluation or a decoder needs of a vision-language model.
 *
 * A model turns pictures into visual tokens, a prompt into rows of embeddings, and rows into rows, layer by layer. Which
 * rows a layer sees is decided outside: nothing here knows selectors or schedules.
 */
import type * as tf from "@tensorflow/tfjs";
import type { DecoderShape } from "../cost/index.js";
import type { Tape } from "../tensor/index.js";
import type { AttentionMask, KeyPolicy } from "./blocks/index.js";
import type { Parameters } from "./parameters.js";

/** t, h, w of a picture or video in patches, before merging; t is 1 for a picture. */
export type GridThw = readonly [number, number, number];

/** Where one sample's tokens stand: on every axis the model turns by, and in which picture. */
export interface Positions {
  readonly axes: number;
  /** [axes, n], axis by axis. */
  readonly values: Int32Array;
  /** The position at which decoding goes on, the same on every axis. */
  readonly next: number;
  /** [n]: the picture of each token, −1 for text, where the model lets a picture's tokens see each other. */
  readonly pictures?: Int32Array;
}

/**
 * Which original tokens the rows of a batch are. Rows keep their original order; padding stands at the end of a sample.
 */
export interface TokenLayout {
  readonly batch: number;
  /** Rows per sample, padding included. */
  readonly length: number;
  /** [batch · length]: place of the row's token in its sample, −1 for padding. */
  readonly index: Int32Array;
  /**
   * [batch · length]: the sample of each row, where a sequence holds several (`packLayout`); rows of different samples do not
   * see each other. Default: sequence b holds sample b.
   */
  readonly samples?: Int32Array;
}

/** Rotations of a layout's rows; what is inside is the model's business. Its owner disposes the tensors. */
export interface LayoutRotary {
  readonly tensors: readonly tf.Tensor4D[];
}

/** Keys and values of a layer's rows, rotated: [B, h_kv, N, d] each. */
export interface KeyValues {
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** Asks of a layer's keys what each is worth: see `KeyProbe`. */
export interface LayerProbe {
  /** [B, N] leaf for the gradient of the keys that are there. */
  readonly kept: tf.Tensor2D;
  /**
   * Rows that were dropped before this layer, whose keys' gradient is wanted: [B·D, H], their rotary, which of them a query
   * would see (null lets every query see them all) and the [B, D] leaf for their gradient; null where there are none.
   */
  readonly dropped: {
    readonly hidden: tf.Tensor2D;
    readonly rotary: LayoutRotary;
    readonly mask: AttentionMask | null;
    readonly leaf: tf.Tensor2D;
  } | null;
}

/** What one decoder layer is given. The caller owns all of it. */
export interface LayerInput {
  /** [B·N, H]: the rows that are attended to. */
  readonly hidden: tf.Tensor2D;
  readonly batch: number;
  readonly rotary: LayoutRotary;
  /**
   * The rows that ask and come out: indices into the B·N rows, the same number for every sample, with their own rotary;
   * default all.
   */
  readonly queries?: { readonly rows: Int32Array; readonly rotary: LayoutRotary };
  /** Which rows a row sees; null lets every row see every row. Read again in a tape's backward pass. */
  readonly mask: AttentionMask | null;
  readonly policy?: KeyPolicy;
  /** Asks what the layer's keys are worth; needs a tape. Not together with `policy` or `past`. */
  readonly probe?: LayerProbe;
  /** Keys and values of earlier rows (decoding), before this layer's own; owned by the caller. */
  readonly past?: KeyValues;
}

/** What one decoder layer gives. The caller owns all of it. */
export interface LayerOutput extends KeyValues {
  /** [B·N_q, H] */
  readonly hidden: tf.Tensor2D;
  /** [B, h, N_q, d], rotated: what scores are computed from. */
  readonly queries: tf.Tensor4D;
}

/** A decoder-only language model that reads pictures. Every tensor argument is float32. */
export interface VisionLanguageModel {
  readonly architecture: string;
  readonly shape: DecoderShape;
  readonly vocabulary: number;
  /** Ids that stand for visual tokens: of pictures, and of videos where the model reads them. */
  readonly visualTokenIds: readonly number[];
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number;
  readonly parameters: Parameters;

  /** Number of visual tokens of a picture, or of all frames of a video. */
  visualTokens(grid: GridThw): number;

  /** How the visual tokens of a picture (of each frame) lie: row after row. */
  visualGrid(grid: GridThw): { readonly rows: number; readonly columns: number };

  /** [Σ patches, patch width] → [Σ visual tokens, H]. Owned by the caller. */
  encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D;

  /**
   * Embeddings of token ids with visual features in the place of visual tokens, in order.
   *
   * @param ids R token ids.
   * @param visual [number of visual tokens among ids, H]; null embeds every id as a word, a visual token that was generated too.
   * @returns [R, H], owned by the caller.
   */
  embed(ids: Int32Array, visual: tf.Tensor2D | null, tape?: Tape): tf.Tensor2D;

  /**
   * Positions of one unpadded sample.
   *
   * @param grids of its pictures and videos, in the order of their tokens.
   * @param secondsPerGrid of each grid: seconds between the times of a video's grid, default 1; a picture's is not read.
   */
  positions(ids: Int32Array, grids: readonly GridThw[], secondsPerGrid?: readonly number[]): Positions;

  /** Rotations for the rows of a layout. Owned by the caller. */
  rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary;

  /**
   * The structural mask of layer `i` between the rows of two layouts (causal, windows, pictures, padding), by original
   * places. Holds no tensors.
   *
   * @param positions of the layouts' samples.
   */
  mask(i: number, positions: readonly Positions[], queries: TokenLayout, keys: TokenLayout): AttentionMask;

  /** What layer `i` multiplies its attention logits with. */
  attentionScale(i: number): number;

  /** One decoder layer. Everything returned is owned by the caller; a tape keeps what it needs by itself. */
  layer(i: number, input: LayerInput, tape?: Tape): LayerOutput;

  /** Final norm. [R, H] → [R, H]. Owned by the caller. */
  norm(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D;

  /** Final norm and head. [R, H] → [R, vocabulary]. Owned by the caller. */
  logits(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D;

  /** Lets go of the weights. */
  dispose(): void;
}
