/** A model that sees the means of its visual tokens over a coarser grid: the control for towers with one picture size (METHOD §8). */
import * as tf from "@tensorflow/tfjs";
import type { DecoderShape } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import type { Tape } from "../tensor/index.js";
import type { AttentionMask } from "./blocks/index.js";
import type {
  GridThw,
  LayerInput,
  LayerOutput,
  LayoutRotary,
  Positions,
  TokenLayout,
  VisionLanguageModel,
} from "./model.js";
import type { Parameters } from "./parameters.js";
import { sequentialPositions } from "./sequentialPositions.js";

export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * What each of `to` cells takes of `from` in a row: the mean of those from ⌊i·from/to⌋ to before ⌈(i+1)·from/to⌉, as PyTorch's
 * adaptive average pooling has it; neighbours share one where the division is not whole.
 *
 * @returns [to, from]
 */
function shares(from: number, to: number): number[][] {
  return Array.from({ length: to }, (_, i) => {
    const begin = Math.floor((i * from) / to);
    const end = Math.ceil(((i + 1) * from) / to);
    return Array.from({ length: from }, (_, j) => (j >= begin && j < end ? 1 / (end - begin) : 0));
  });
}

/**
 * Means of the cells of a grid.
 *
 * @param x [pictures · rows · columns, C], row after row.
 * @returns [pictures · pooled.rows · pooled.columns, C], in the caller's scope.
 */
export function adaptiveAveragePool(
  x: tf.Tensor2D,
  { rows, columns }: TokenGrid,
  pooled: TokenGrid,
  tape?: Tape,
): tf.Tensor2D {
  const width = x.shape[1];
  return tf.tidy(() => {
    const down = shares(rows, pooled.rows);
    const across = shares(columns, pooled.columns);
    const weights = down.flatMap((byRow) => across.map((byColumn) => byRow.flatMap((a) => byColumn.map((b) => a * b))));
    const matrix = tf.tensor2d(weights); // [cells, rows · columns]
    const apply = (values: tf.Tensor2D, each: number, transposed: boolean) =>
      tf.tidy(() => {
        const pictures = tf.reshape(values, [-1, each, width]) as tf.Tensor3D;
        const stacked = tf.tile(tf.expandDims(matrix, 0), [pictures.shape[0], 1, 1]);
        return tf.reshape(tf.matMul(stacked, pictures, transposed), [-1, width]) as tf.Tensor2D;
      });
    const y = apply(x, rows * columns, false);
    tape?.record(y, [x], [matrix], (dy) => [apply(dy as tf.Tensor2D, pooled.rows * pooled.columns, true)]);
    return y;
  });
}

/** Another model, its pictures' visual tokens averaged over a grid; every other part of it is as it is there. */
export class PooledModel implements VisionLanguageModel {
  readonly #model: VisionLanguageModel;
  readonly #grid: TokenGrid;

  /**
   * @param model stays its owner's; its positions must count tokens one after the other.
   * @param grid each picture's visual tokens afterwards, at least 1 × 1 and no more than before.
   * @throws EspalierError for a model that turns by rows and columns, whose positions a mean would not have.
   */
  constructor(model: VisionLanguageModel, grid: TokenGrid) {
    if (model.positions(new Int32Array(0), []).axes !== 1 || model.visualTokenIds.length !== 1) {
      throw new EspalierError(
        `The visual tokens of ${model.architecture} have places in rows and columns, which a mean of several has not; make its pictures smaller instead of pooling.`,
      );
    }
    this.#model = model;
    this.#grid = grid;
  }

  get architecture(): string {
    return this.#model.architecture;
  }

  get shape(): DecoderShape {
    return this.#model.shape;
  }

  get vocabulary(): number {
    return this.#model.vocabulary;
  }

  get visualTokenIds(): readonly number[] {
    return this.#model.visualTokenIds;
  }

  get eosTokenIds(): readonly number[] {
    return this.#model.eosTokenIds;
  }

  get padTokenId(): number {
    return this.#model.padTokenId;
  }

  get parameters(): Parameters {
    return this.#model.parameters;
  }

  visualTokens(_grid: GridThw): number {
    return this.#grid.rows * this.#grid.columns;
  }

  visualGrid(_grid: GridThw): TokenGrid {
    return this.#grid;
  }

  encodePictures(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => {
      const whole = this.#model.encodePictures(pixels, grids, tape);
      return adaptiveAveragePool(whole, this.#model.visualGrid(grids[0]), this.#grid, tape);
    });
  }

  embed(ids: Int32Array, visual: tf.Tensor2D | null, tape?: Tape): tf.Tensor2D {
    return this.#model.embed(ids, visual, tape);
  }

  positions(ids: Int32Array, grids: readonly GridThw[]): Positions {
    return sequentialPositions(ids, grids, this.visualTokenIds[0], (grid) => this.visualTokens(grid));
  }

  rotary(positions: readonly Positions[], layout: TokenLayout): LayoutRotary {
    return this.#model.rotary(positions, layout);
  }

  mask(i: number, positions: readonly Positions[], queries: TokenLayout, keys: TokenLayout): AttentionMask {
    return this.#model.mask(i, positions, queries, keys);
  }

  attentionScale(i: number): number {
    return this.#model.attentionScale(i);
  }

  layer(i: number, input: LayerInput, tape?: Tape): LayerOutput {
    return this.#model.layer(i, input, tape);
  }

  norm(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return this.#model.norm(hidden, tape);
  }

  logits(hidden: tf.Tensor2D, tape?: Tape): tf.Tensor2D {
    return this.#model.logits(hidden, tape);
  }

  /** Nothing of its own: the model it stands before is its owner's to dispose. */
  dispose(): void {}
}
