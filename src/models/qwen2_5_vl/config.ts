/** What a Qwen2.5-VL checkpoint's configuration says about its graph (Bai et al., arXiv 2502.13923). */

export interface Qwen25VisionConfig {
  readonly depth: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly channels: number;
  readonly patchSize: number;
  readonly temporalPatchSize: number;
  readonly mergeSize: number;
  /** Side of an attention window in pixels. */
  readonly windowSize: number;
  /** Blocks whose attention spans the whole picture. */
  readonly fullAttentionBlocks: readonly number[];
  /** Width of the merged tokens: the decoder's hidden size. */
  readonly outHidden: number;
  readonly tokensPerSecond: number;
}

export interface Qwen25TextConfig {
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
  readonly rmsNormEpsilon: number;
  readonly ropeTheta: number;
  /** How many of the d/2 frequencies turn with time, height and width. */
  readonly mropeSection: readonly [number, number, number];
  readonly tieWordEmbeddings: boolean;
  /** Attention window of each layer in tokens, null where attention is full. */
  readonly windows: readonly (number | null)[];
}

export interface Qwen25VlConfig {
  readonly architecture: "qwen2_5_vl";
  readonly text: Qwen25TextConfig;
  readonly vision: Qwen25VisionConfig;
  readonly imageTokenId: number;
  readonly videoTokenId: number | null;
  readonly visionStartTokenId: number;
  readonly visionEndTokenId: number;
  readonly eosTokenIds: readonly number[];
  readonly bosTokenId: number | null;
  readonly padTokenId: number;
}
