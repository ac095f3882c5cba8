/** The model and the samples that the benches measure with: shapes as stated, weights and pictures drawn from a seed. */
import type { Qwen25VlConfig, QwenDecoderConfig } from "../../src/checkpoint/index.js";
import type { EncodedSampleLike } from "../../src/evaluation/index.js";
import { Qwen25Vl, type WeightSource } from "../../src/models/index.js";
import { Random } from "../../src/tensor/index.js";

export const IMAGE = 3;
export const VIDEO = 6;

/** Normal weights of variance 1/fan_in, norms one, biases zero. */
export function randomWeights(seed: number): WeightSource {
  return {
    has: () => true,
    read(name, shape) {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(size);
      if (shape.length === 1) return values.fill(name.endsWith("bias") ? 0 : 1);
      const random = new Random(seed).fork(name);
      const scale = (size / shape[0]) ** -0.5;
      return values.map(() => scale * random.normal());
    },
  };
}

/** The embedded model's decoder: 8 layers of width 128. Its vision tower is one narrow layer; the benches do not measure it. */
const DECODER: QwenDecoderConfig = {
  vocabSize: 128,
  hiddenSize: 128,
  intermediateSize: 384,
  layers: 8,
  heads: 4,
  kvHeads: 2,
  headDim: 32,
  rmsNormEps: 1e-5,
  ropeTheta: 1e4,
  mropeSection: [4, 6, 6],
  tiedHead: true,
  attentionWindows: new Array<null>(8).fill(null),
  maxPositions: 4096,
};

/** A decoder behind a vision tower of one narrow layer, which the benches do not measure. */
function withNarrowTower(decoder: QwenDecoderConfig, spatialMergeSize: number): Qwen25VlConfig {
  return {
    architecture: "qwen2_5_vl",
    decoder,
    vision: {
      depth: 1,
      hiddenSize: 32,
      heads: 2,
      intermediateSize: 32,
      patchSize: 2,
      temporalPatchSize: 2,
      spatialMergeSize,
      windowSize: 16,
      fullAttentionBlocks: [],
      outHiddenSize: decoder.hiddenSize,
      inChannels: 3,
      tokensPerSecond: 4,
    },
    tokens: { image: IMAGE, video: VIDEO, visionStart: 4, visionEnd: 5, eos: [], bos: null, pad: 0 },
  };
}

/** Decoder layers of Qwen2.5-VL-3B's shapes, with a small vocabulary. */
export function qwen3bLayers(layers: number, spatialMergeSize = 2): Qwen25VlConfig {
  const decoder = {
    vocabSize: 1000,
    hiddenSize: 2048,
    intermediateSize: 11008,
    layers,
    heads: 16,
    kvHeads: 2,
    headDim: 128,
    rmsNormEps: 1e-6,
    ropeTheta: 1e6,
    mropeSection: [16, 24, 24],
    tiedHead: true,
    attentionWindows: new Array<null>(layers).fill(null),
    maxPositions: 32768,
  } as const;
  return withNarrowTower(decoder, spatialMergeSize);
}

export function syntheticModel(seed = 1): Qwen25Vl {
  return new Qwen25Vl(withNarrowTower(DECODER, 2), randomWeights(seed));
}

/** Samples of 64 visual and 32 text tokens, 4 of them the answer. */
export function syntheticSamples(count: number, seed = 2): EncodedSampleLike<Float32Array>[] {
  return Array.from({ length: count }, (_, s) => {
    const random = new Random(seed).fork(`sample ${s}`);
    const words = (n: number) => Array.from({ length: n }, () => random.integer(10, DECODER.vocabSize - 1));
    return {
      id: `synthetic ${s}`,
      task: "synthetic",
      inputIds: Int32Array.from([...words(8), ...new Array<number>(64).fill(IMAGE), ...words(24)]),
      promptLength: 92,
      pixelValues: Float32Array.from({ length: 256 * 24 }, () => random.normal()),
      gridThw: [[1, 16, 16]],
    };
  });
}
