/** Tiny random Qwen2.5-VL models and samples, made in the test: width 32, pictures of a few visual tokens. */
import type { Qwen25VlConfig } from "../../src/checkpoint/index.js";
import type { EncodedSampleLike } from "../../src/evaluation/index.js";
import { type GridThw, Qwen25Vl } from "../../src/models/index.js";
import { Random } from "../../src/tensor/index.js";

const IMAGE = 3;
const VISION_START = 4;
const VISION_END = 5;
const VOCABULARY = 48;
/** Channels × frames × side² of a patch. */
const PATCH_WIDTH = 3 * 2 * 2 * 2;

export interface TinyOptions {
  /** Default 4. */
  readonly layers?: number;
  /** Per layer; default none. */
  readonly windows?: readonly (number | null)[];
  readonly seed?: number;
}

function tinyConfig({ layers = 4, windows }: TinyOptions): Qwen25VlConfig {
  return {
    architecture: "qwen2_5_vl",
    decoder: {
      vocabSize: VOCABULARY,
      hiddenSize: 32,
      intermediateSize: 48,
      layers,
      heads: 4,
      kvHeads: 2,
      headDim: 8,
      rmsNormEps: 1e-6,
      ropeTheta: 1e4,
      mropeSection: [2, 1, 1],
      tiedHead: true,
      attentionWindows: windows ?? new Array<null>(layers).fill(null),
      maxPositions: 512,
    },
    vision: {
      depth: 1,
      hiddenSize: 16,
      heads: 2,
      intermediateSize: 24,
      patchSize: 2,
      temporalPatchSize: 2,
      spatialMergeSize: 2,
      windowSize: 8,
      fullAttentionBlocks: [0],
      outHiddenSize: 32,
      inChannels: 3,
      tokensPerSecond: 4,
    },
    tokens: { image: IMAGE, video: 6, visionStart: VISION_START, visionEnd: VISION_END, eos: [], bos: null, pad: 0 },
  };
}

/** Weights large enough that attention is far from uniform and pruning costs something. The caller disposes the model. */
export function tinyModel(options: TinyOptions = {}): Qwen25Vl {
  return new Qwen25Vl(tinyConfig(options), {
    has: () => true,
    read(name, shape) {
      const random = new Random(options.seed ?? 1).fork(name);
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Float32Array.from({ length: size }, () => random.normal());
      if (name.endsWith("bias")) return values.map((x) => 0.3 * x);
      if (shape.length === 1) return values.map((x) => 1 + 0.2 * x);
      if (name.includes("embed_tokens")) return values.map((x) => 0.4 * x);
      const scale = 1.5 * (size / shape[0]) ** -0.5;
      return values.map((x) => scale * x);
    },
  });
}

/** Number of words, or a picture's rows and columns of patches. */
export type Piece = number | readonly [number, number];

/** One sample: prompt pieces in order, then as many answer tokens. */
export function tinySample(
  id: string,
  pieces: readonly Piece[],
  answers: number,
  seed = 1,
): EncodedSampleLike<Float32Array> {
  const random = new Random(seed).fork(id);
  const words = (count: number) => Array.from({ length: count }, () => random.integer(8, VOCABULARY - 1));
  const ids: number[] = [];
  const gridThw: GridThw[] = [];
  let patches = 0;
  for (const piece of pieces) {
    if (typeof piece === "number") {
      ids.push(...words(piece));
    } else {
      const [rows, columns] = piece;
      gridThw.push([1, rows, columns]);
      patches += rows * columns;
      ids.push(VISION_START, ...new Array<number>((rows * columns) / 4).fill(IMAGE), VISION_END);
    }
  }
  return {
    id,
    task: "tiny",
    inputIds: Int32Array.from([...ids, ...words(answers)]),
    promptLength: ids.length,
    pixelValues: Float32Array.from({ length: patches * PATCH_WIDTH }, () => random.normal()),
    gridThw,
  };
}

/** Lengths, numbers of visual tokens and answers that all differ; several pictures, and none. */
export function mixedSamples(): EncodedSampleLike<Float32Array>[] {
  return [
    tinySample("square", [3, [8, 8], 5], 2),
    tinySample("wide", [2, [4, 16], 9], 3),
    tinySample("two pictures", [1, [8, 8], 2, [4, 10], 4], 1),
    tinySample("large", [4, [12, 12], 3], 4),
    tinySample("no picture", [7], 2),
  ];
}

/** `count` samples of 16 visual tokens and equal length. */
export function equalSamples(count: number): EncodedSampleLike<Float32Array>[] {
  return Array.from({ length: count }, (_, s) => tinySample(`equal ${s}`, [3, [8, 8], 5], 2));
}

/** Shares that fall from layer to layer by chance, the first of them 1. */
export function fallingShares(layers: number, random: Random): number[] {
  const shares = Array.from({ length: layers - 1 }, () => random.uniform()).sort((a, b) => b - a);
  return [1, ...shares];
}
