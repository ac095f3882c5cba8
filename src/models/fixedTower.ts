/** A vision transformer that sees every picture at one size (arXiv 2010.11929), as CLIP's and SigLIP's. */
import * as tf from "@tensorflow/tfjs";
import type { FixedTowerConfig } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import type { Tape } from "../tensor/index.js";
import {
  add,
  advance,
  attention,
  concatRows,
  gatherRows,
  layerNorm,
  linear,
  mergeHeads,
  splitHeads,
} from "./blocks/index.js";
import type { GridThw } from "./model.js";
import type { Parameters } from "./parameters.js";

export interface FixedTowerOptions {
  /** How many of the tower's blocks run. */
  readonly blocks: number;
  /** Whether a class token, and a norm behind it, stand before the patches; the patches' map then has no bias. */
  readonly classToken: boolean;
  readonly activation: (x: tf.Tensor2D, tape?: Tape) => tf.Tensor2D;
}

/** Loads the tower; `prefix` is that of its "vision_model". */
function loadTower(p: Parameters, prefix: string, c: FixedTowerConfig, { blocks, classToken }: FixedTowerOptions) {
  const { hiddenSize: hidden, intermediateSize: inner, patchSize } = c;
  const embeddings = `${prefix}.embeddings`;
  const patches = (c.imageSize / patchSize) ** 2;
  return {
    patch: {
      weight: p.flattened(`${embeddings}.patch_embedding.weight`, [hidden, 3, patchSize, patchSize]),
      bias: classToken ? null : p.vector(`${embeddings}.patch_embedding.bias`, hidden),
    },
    classToken: classToken ? p.vector(`${embeddings}.class_embedding`, hidden) : null,
    positions: p.matrix(`${embeddings}.position_embedding.weight`, patches + (classToken ? 1 : 0), hidden),
    // The checkpoints' own spelling.
    firstNorm: classToken ? p.layerNorm(`${prefix}.pre_layrnorm`, hidden) : null,
    blocks: Array.from({ length: blocks }, (_, i) => {
      const block = `${prefix}.encoder.layers.${i}`;
      return {
        norm1: p.layerNorm(`${block}.layer_norm1`, hidden),
        q: p.linear(`${block}.self_attn.q_proj`, hidden, hidden, true),
        k: p.linear(`${block}.self_attn.k_proj`, hidden, hidden, true),
        v: p.linear(`${block}.self_attn.v_proj`, hidden, hidden, true),
        o: p.linear(`${block}.self_attn.out_proj`, hidden, hidden, true),
        norm2: p.layerNorm(`${block}.layer_norm2`, hidden),
        up: p.linear(`${block}.mlp.fc1`, hidden, inner, true),
        down: p.linear(`${block}.mlp.fc2`, inner, hidden, true),
      };
    }),
  };
}

/** Pictures run together: their attention is one batch, and memory is that of so many. */
export const PICTURES_AT_ONCE = 8;

export class FixedTower {
  readonly #config: FixedTowerConfig;
  readonly #options: FixedTowerOptions;
  readonly #weights: ReturnType<typeof loadTower>;

  constructor(parameters: Parameters, prefix: string, config: FixedTowerConfig, options: FixedTowerOptions) {
    this.#config = config;
    this.#options = options;
    this.#weights = loadTower(parameters, prefix, config, options);
  }

  /** Patches along one side of a picture. */
  get side(): number {
    return this.#config.imageSize / this.#config.patchSize;
  }

  /**
   * Features of every patch behind the last block that runs, without a norm; the class token is dropped.
   *
   * @param pixels [pictures · side², 3·p·p] float32, a patch as [channel, row, column].
   * @returns [pictures · side², hidden], in the caller's scope.
   * @throws EspalierError for a picture of another size.
   */
  encode(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    const { side } = this;
    const odd = grids.find(([t, h, w]) => t !== 1 || h !== side || w !== side);
    if (odd) {
      throw new EspalierError(
        `A picture has [${odd}] frames, rows and columns of patches, but this model sees every picture as [1,${side},${side}]; preprocess it with the checkpoint's own processor.`,
      );
    }
    const patches = side * side;
    return tf.tidy(() => {
      const parts: tf.Tensor2D[] = [];
      for (let first = 0; first < grids.length; first += PICTURES_AT_ONCE) {
        const count = Math.min(PICTURES_AT_ONCE, grids.length - first);
        parts.push(
          tf.tidy(() => this.#encode(tf.slice(pixels, [first * patches, 0], [count * patches, -1]), count, tape)),
        );
      }
      return parts.length === 1 ? parts[0] : concatRows(parts, tape);
    });
  }

  #encode(pixels: tf.Tensor2D, pictures: number, tape?: Tape): tf.Tensor2D {
    const { hiddenSize: hidden, heads, layerNormEps } = this.#config;
    const w = this.#weights;
    const patches = pixels.shape[0] / pictures;
    const extra = w.classToken ? 1 : 0;
    const rows = patches + extra;
    let x = linear(pixels, w.patch, tape); // [pictures · patches, hidden]
    if (w.classToken) {
      const order = new Int32Array(pictures * rows);
      for (let p = 0; p < pictures; p++) {
        order[p * rows] = pictures * patches;
        for (let i = 0; i < patches; i++) order[p * rows + 1 + i] = p * patches + i;
      }
      x = gatherRows(concatRows([x, tf.reshape(w.classToken, [1, hidden])], tape), order, tape);
    }
    const places = Int32Array.from({ length: pictures * rows }, (_, i) => i % rows);
    x = add(x, gatherRows(w.positions, places, tape), tape); // [pictures · rows, hidden]
    if (w.firstNorm) x = layerNorm(x, w.firstNorm, layerNormEps, tape);
    for (const block of w.blocks) {
      x = advance(x, () => {
        const normalised = layerNorm(x, block.norm1, layerNormEps, tape);
        const [q, k, v] = [block.q, block.k, block.v].map((map) =>
          splitHeads(linear(normalised, map, tape), pictures, heads, tape),
        );
        const context = mergeHeads(attention(q, k, v, null, null, tape), tape);
        const attended = add(x, linear(context, block.o, tape), tape);
        const inner = linear(layerNorm(attended, block.norm2, layerNormEps, tape), block.up, tape);
        return add(attended, linear(this.#options.activation(inner, tape), block.down, tape), tape);
      });
    }
    if (extra === 0) return x;
    const kept = Int32Array.from({ length: pictures * patches }, (_, i) => i + Math.floor(i / patches) + 1);
    return gatherRows(x, kept, tape);
  }
}
