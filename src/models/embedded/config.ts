/**
 * The embedded model: Qwen2.5-VL's architecture in miniature, small enough to be trained on a laptop and shipped with the
 * project. Everything shown with it is labelled "embedded model"; it stands in for no real checkpoint.
 */
import { VOCABULARY } from "../../tasks/index.js";
import type { Qwen25VlConfig } from "../qwen2_5_vl/index.js";

const LAYERS = 8;
const id = (word: string): number => VOCABULARY.indexOf(word);

export const EMBEDDED_CONFIG: Qwen25VlConfig = {
  architecture: "qwen2_5_vl",
  text: {
    layers: LAYERS,
    hidden: 128,
    intermediate: 384,
    heads: 4,
    kvHeads: 2,
    headDim: 32,
    vocabulary: 128,
    rmsNormEpsilon: 1e-5,
    ropeTheta: 10000,
    mropeSection: [4, 6, 6],
    tieWordEmbeddings: true,
    windows: new Array<null>(LAYERS).fill(null),
  },
  vision: {
    depth: 4,
    hidden: 128,
    heads: 4,
    intermediate: 384,
    channels: 3,
    patchSize: 14,
    temporalPatchSize: 2,
    mergeSize: 2,
    windowSize: 112,
    fullAttentionBlocks: [1, 3],
    outHidden: 128,
    tokensPerSecond: 4,
  },
  imageTokenId: id("<img>"),
  videoTokenId: 127,
  visionStartTokenId: id("<vs>"),
  visionEndTokenId: id("<ve>"),
  eosTokenIds: [id("<eos>")],
  bosTokenId: id("<bos>"),
  padTokenId: id("<pad>"),
};
