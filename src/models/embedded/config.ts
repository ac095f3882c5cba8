/**
 * The embedded model: Qwen2.5-VL's architecture in miniature, small enough to be trained on a laptop and shipped with the
 * project. Everything shown with it is labelled "embedded model"; it stands in for no real checkpoint.
 */
import type { Qwen25VlConfig, QwenImageProcessorConfig } from "../../checkpoint/index.js";
import { VOCABULARY } from "../../tasks/index.js";

const LAYERS = 8;
const id = (word: string): number => VOCABULARY.indexOf(word);

export const EMBEDDED_CONFIG: Qwen25VlConfig = {
  architecture: "qwen2_5_vl",
  decoder: {
    layers: LAYERS,
    hiddenSize: 128,
    intermediateSize: 384,
    heads: 4,
    kvHeads: 2,
    headDim: 32,
    vocabSize: 128,
    rmsNormEps: 1e-5,
    ropeTheta: 10000,
    mropeSection: [4, 6, 6],
    tiedHead: true,
    attentionWindows: new Array<null>(LAYERS).fill(null),
    maxPositions: 4096,
  },
  vision: {
    depth: 4,
    hiddenSize: 128,
    heads: 4,
    intermediateSize: 384,
    inChannels: 3,
    patchSize: 14,
    temporalPatchSize: 2,
    spatialMergeSize: 2,
    windowSize: 112,
    fullAttentionBlocks: [1, 3],
    outHiddenSize: 128,
    tokensPerSecond: 4,
  },
  tokens: {
    image: id("<img>"),
    video: 127,
    visionStart: id("<vs>"),
    visionEnd: id("<ve>"),
    eos: [id("<eos>")],
    bos: id("<bos>"),
    pad: id("<pad>"),
  },
};

/** Preprocessing: 224×224 pictures, 64 visual tokens; normalised as Qwen2.5-VL's pictures are. */
export const EMBEDDED_IMAGES: QwenImageProcessorConfig = {
  kind: "qwen2_vl",
  patchSize: EMBEDDED_CONFIG.vision.patchSize,
  mergeSize: EMBEDDED_CONFIG.vision.spatialMergeSize,
  temporalPatchSize: EMBEDDED_CONFIG.vision.temporalPatchSize,
  minPixels: 224 * 224,
  maxPixels: 224 * 224,
  doResize: true,
  doRescale: true,
  doNormalize: true,
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  filter: "bicubic",
};
