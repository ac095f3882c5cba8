/**
 * What runs beside the decoder: vision tower, merger, LM head, selector, predictor. No schedule lowers it, so a budget does not
 * include it; reports show it next to the decoder's cost. Source: METHOD §2.
 *
 * Everything is in FLOPs (two per multiply-accumulate) and, like `exact`, counts matrix products only.
 */

/** A vision transformer on `patches` patches. */
export interface VisionSizes {
  /** Patches of all pictures of the sample. */
  readonly patches: number;
  /** Numbers per patch that the patch embedding reads, e.g. 3·2·14·14. */
  readonly patchElements: number;
  readonly hidden: number;
  readonly intermediate: number;
  /** Matrices of the MLP: 3 with a gate (Qwen2.5-VL), 2 without (CLIP, SigLIP). */
  readonly mlpMatrices: 2 | 3;
  /**
   * Per block that runs, the lengths of the runs of rows that attend to each other: whole pictures, or windows. Their sum is the
   * rows of the block, which are more than the patches where a picture has a class token.
   */
  readonly segments: readonly (readonly number[])[];
}

/** One linear map applied to `rows` rows. */
export interface LinearSizes {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** FLOPs beside the decoder, each and together. */
export interface ResidualCosts {
  readonly visionFlops: number;
  readonly mergerFlops: number;
  readonly lmHeadFlops: number;
  readonly selectorFlops: number;
  readonly predictorFlops: number;
  readonly totalFlops: number;
}

/** FLOPs of a chain of linear maps: a merger, a projector, a predictor. An empty list costs 0. */
export function linearFlops(maps: readonly LinearSizes[]): number {
  return 2 * maps.reduce((sum, { rows, inputs, outputs }) => sum + rows * inputs * outputs, 0);
}

/** FLOPs of a vision tower: patch embedding, then per block four square projections, attention within segments, MLP. */
export function visionFlops(sizes: VisionSizes): number {
  const { patches, patchElements, hidden, intermediate, mlpMatrices, segments } = sizes;
  let macs = patches * patchElements * hidden;
  for (const block of segments) {
    const rows = block.reduce((sum, length) => sum + length, 0);
    const pairs = block.reduce((sum, length) => sum + length * length, 0);
    macs += 4 * rows * hidden * hidden + 2 * pairs * hidden + mlpMatrices * rows * hidden * intermediate;
  }
  return 2 * macs;
}

/**
 * FLOPs of an attention-scored selector: rows of scores over all keys of the layer before each fall, 2·n·h·d a row.
 * The sort is not counted; a selector without scores (random, uniform stride) costs 0 and is not passed here.
 *
 * @param counts [L] executed visual tokens.
 * @param text T, which the scoring rows also attend to.
 * @param queryWidth h·d of the decoder.
 * @param rowsOf rows that are read at so many visual tokens; default one.
 */
export function attentionSelectorFlops(
  counts: ArrayLike<number>,
  text: number,
  queryWidth: number,
  rowsOf: (visual: number) => number = () => 1,
): number {
  let flops = 0;
  for (let i = 1; i < counts.length; i++) {
    if (counts[i] < counts[i - 1]) flops += 2 * rowsOf(counts[i - 1]) * (text + counts[i - 1]) * queryWidth;
  }
  return flops;
}

/**
 * Puts the parts together; a part left out counts 0.
 *
 * @param parts.lmHead `rows` = positions that reach the head, `inputs` = H, `outputs` = vocabulary.
 */
export function residualCosts(parts: {
  readonly vision?: VisionSizes;
  readonly merger?: readonly LinearSizes[];
  readonly lmHead?: LinearSizes;
  /** FLOPs, from `attentionSelectorFlops`. */
  readonly selector?: number;
  readonly predictor?: readonly LinearSizes[];
}): ResidualCosts {
  const flops = {
    visionFlops: parts.vision === undefined ? 0 : visionFlops(parts.vision),
    mergerFlops: linearFlops(parts.merger ?? []),
    lmHeadFlops: linearFlops(parts.lmHead === undefined ? [] : [parts.lmHead]),
    selectorFlops: parts.selector ?? 0,
    predictorFlops: linearFlops(parts.predictor ?? []),
  };
  return { ...flops, totalFlops: Object.values(flops).reduce((sum, part) => sum + part, 0) };
}
