/**
 * Qwen2.5-VL's vision tower: patches → transformer with windowed attention → 2×2 merger.
 *
 * Source: Bai et al., arXiv 2502.13923 §2.1; names as in Hugging Face checkpoints.
 */
import * as tf from "@tensorflow/tfjs";
import type { QwenVisionConfig } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import {
  add,
  advance,
  gatherRows,
  gelu,
  inverseFrequencies,
  linear,
  planSegments,
  type Rotary,
  reshape,
  rmsNorm,
  rotate,
  segmentAttention,
  siluGate,
} from "../blocks/index.js";
import type { GridThw } from "../model.js";
import type { Parameters } from "../parameters.js";
import { patchPositions, windowOrder } from "./windows.js";

const EPSILON = 1e-6;

/** Loads the tower's weights; `prefix` is "visual" or "model.visual". */
function loadVision(p: Parameters, prefix: string, c: QwenVisionConfig) {
  const merged = c.hiddenSize * c.spatialMergeSize ** 2;
  return {
    patch: {
      weight: p.flattened(`${prefix}.patch_embed.proj.weight`, [
        c.hiddenSize,
        c.inChannels,
        c.temporalPatchSize,
        c.patchSize,
        c.patchSize,
      ]),
      bias: null,
    },
    blocks: Array.from({ length: c.depth }, (_, i) => {
      const block = `${prefix}.blocks.${i}`;
      return {
        norm1: p.vector(`${block}.norm1.weight`, c.hiddenSize),
        qkv: p.linear(`${block}.attn.qkv`, c.hiddenSize, 3 * c.hiddenSize, true),
        projection: p.linear(`${block}.attn.proj`, c.hiddenSize, c.hiddenSize, true),
        norm2: p.vector(`${block}.norm2.weight`, c.hiddenSize),
        gate: p.linear(`${block}.mlp.gate_proj`, c.hiddenSize, c.intermediateSize, true),
        up: p.linear(`${block}.mlp.up_proj`, c.hiddenSize, c.intermediateSize, true),
        down: p.linear(`${block}.mlp.down_proj`, c.intermediateSize, c.hiddenSize, true),
      };
    }),
    mergerNorm: p.vector(`${prefix}.merger.ln_q.weight`, c.hiddenSize),
    mergerIn: p.linear(`${prefix}.merger.mlp.0`, merged, merged, true),
    mergerOut: p.linear(`${prefix}.merger.mlp.2`, merged, c.outHiddenSize, true),
  };
}

export class Qwen25Vision {
  readonly #config: QwenVisionConfig;
  readonly #weights: ReturnType<typeof loadVision>;
  readonly #frequencies: Float32Array;

  constructor(parameters: Parameters, prefix: string, config: QwenVisionConfig) {
    this.#config = config;
    this.#weights = loadVision(parameters, prefix, config);
    this.#frequencies = inverseFrequencies(config.hiddenSize / config.heads / 2, 10000);
  }

  /**
   * Rotation of every patch, laid out for rows viewed as [N, 3, h, d]: queries and keys turn, values (the third) do not.
   * The first half of the frequencies turns with the row, the second with the column.
   */
  #rotary(grids: readonly GridThw[], order: Int32Array): Rotary {
    const { spatialMergeSize: mergeSize, hiddenSize: hidden, heads } = this.#config;
    const { row, column } = patchPositions(grids, mergeSize);
    const quarter = this.#frequencies.length;
    const d = hidden / heads;
    const unit = mergeSize * mergeSize;
    const n = row.length;
    const cos = new Float32Array(n * 3 * d).fill(1);
    const sin = new Float32Array(n * 3 * d);
    for (let i = 0; i < n; i++) {
      const patch = order[Math.floor(i / unit)] * unit + (i % unit);
      for (let j = 0; j < 2 * quarter; j++) {
        const frequency = this.#frequencies[j % quarter];
        const angle = Math.fround((j < quarter ? row[patch] : column[patch]) * frequency);
        const c = Math.cos(angle);
        const s = Math.sin(angle);
        for (let part = 0; part < 2; part++) {
          const at = (i * 3 + part) * d + j;
          cos[at] = cos[at + d / 2] = c;
          sin[at] = -s;
          sin[at + d / 2] = s;
        }
      }
    }
    return { cos: tf.tensor4d(cos, [n, 3, 1, d]), sin: tf.tensor4d(sin, [n, 3, 1, d]) };
  }

  /**
   * Features of the merged visual tokens, all pictures one after the other, in raster order.
   *
   * @param pixels [Σ t·h·w, C·t_p·p·p] float32, as the preprocessor lays them out.
   * @param grids t, h, w of each picture in patches; h and w divisible by the merge size.
   * @param tape records gradients of the weights while the tower is trained.
   * @returns [Σ t·h·w / merge², outHidden], in the caller's scope.
   */
  encode(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    return tf.tidy(() => this.#encode(pixels, grids, tape));
  }

  #encode(pixels: tf.Tensor2D, grids: readonly GridThw[], tape?: Tape): tf.Tensor2D {
    const { hiddenSize: hidden, heads, spatialMergeSize: mergeSize, fullAttentionBlocks } = this.#config;
    const w = this.#weights;
    const unit = mergeSize * mergeSize;
    const n = pixels.shape[0];
    const d = hidden / heads;
    const order = windowOrder(grids, this.#config);
    const windows = planSegments(order.windowLengths);
    const frames = planSegments(order.frameLengths);
    const rotary = this.#rotary(grids, order.units);

    const patches = linear(pixels, w.patch, tape); // [N, hidden]
    const units = reshape<tf.Tensor2D>(patches, [n / unit, unit * hidden], tape);
    let x = reshape<tf.Tensor2D>(gatherRows(units, order.units, tape), [n, hidden], tape); // window order
    w.blocks.forEach((block, i) => {
      x = advance(x, () => {
        const joint = linear(rmsNorm(x, block.norm1, EPSILON, tape), block.qkv, tape); // [N, 3·hidden]
        const turned = rotate(reshape(joint, [n, 3, heads, d], tape), rotary, tape);
        const rows = reshape<tf.Tensor2D>(turned, [n, 3 * hidden], tape);
        const context = segmentAttention(rows, heads, fullAttentionBlocks.includes(i) ? frames : windows, tape);
        const attended = add(x, linear(context, block.projection, tape), tape);
        const normalised = rmsNorm(attended, block.norm2, EPSILON, tape);
        const gated = siluGate(linear(normalised, block.gate, tape), linear(normalised, block.up, tape), tape);
        return add(attended, linear(gated, block.down, tape), tape);
      });
    });
    const merged = reshape<tf.Tensor2D>(rmsNorm(x, w.mergerNorm, EPSILON, tape), [n / unit, unit * hidden], tape);
    const out = linear(gelu(linear(merged, w.mergerIn, tape), tape), w.mergerOut, tape); // [N / unit, outHidden]
    const raster = new Int32Array(order.units.length);
    order.units.forEach((place, i) => {
      raster[place] = i;
    });
    return gatherRows(out, raster, tape);
  }
}
