/** Smaller pictures for the control that spends a budget on resolution instead of on a schedule (METHOD §8). */
import { type ImageProcessorConfig, patchImages } from "../checkpoint/index.js";
import { type CostModel, totalCost } from "../cost/index.js";
import type { EncodedSampleLike } from "../evaluation/index.js";
import type { RgbImage } from "../tasks/index.js";
import type { StudySample } from "./data/index.js";

/** The most visual tokens, V or fewer, whose full-model cost fits; null where not even one does. */
export function affordableTokens(
  cost: CostModel,
  budget: number,
  { text, visual }: { readonly text: number; readonly visual: number },
): number | null {
  const fits = (tokens: number) => totalCost(cost, new Array<number>(cost.layers).fill(tokens), text) <= budget;
  let low = 0;
  let high = visual;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low >= 1 && fits(low) ? low : null;
}

/** Token ids with each picture's run of image tokens replaced by one of another length. */
function withRuns(sample: StudySample, imageToken: number, before: readonly number[], after: readonly number[]) {
  const ids: number[] = [];
  let picture = 0;
  let left = 0;
  let promptLength = sample.promptLength;
  for (const id of sample.inputIds) {
    if (id !== imageToken) {
      ids.push(id);
      continue;
    }
    if (left === 0) {
      left = before[picture];
      for (let i = 0; i < after[picture]; i++) ids.push(imageToken);
      promptLength += after[picture] - before[picture];
      picture++;
    }
    left--;
  }
  return { inputIds: Int32Array.from(ids), promptLength };
}

/**
 * A sample with its pictures on the largest grids of at most `most` visual tokens together, each picture in proportion.
 *
 * @returns the sample itself where nothing has to shrink; null where the pictures cannot be made that small.
 */
export function downsample(
  sample: StudySample,
  images: readonly RgbImage[],
  config: ImageProcessorConfig,
  imageToken: number,
  most: number,
): EncodedSampleLike | null {
  // Towers with one picture size cannot be given fewer patches.
  if (config.kind !== "qwen2_vl") return null;
  const merged = config.mergeSize ** 2;
  const before = sample.gridThw.map(([t, h, w]) => (t * h * w) / merged);
  const total = before.reduce((sum, count) => sum + count, 0);
  if (most >= total) return sample;
  const area = (config.patchSize * config.mergeSize) ** 2;
  // Long pictures cannot follow their proportions down to few tokens, so the first try may be too large.
  for (let aim = most; aim >= sample.gridThw.length; aim = Math.floor(aim * 0.9)) {
    const patched = images.map((image, k) => {
      const maxPixels = Math.max(1, Math.floor((aim * before[k]) / total)) * area;
      return patchImages([image], { ...config, maxPixels, minPixels: Math.min(config.minPixels, maxPixels) });
    });
    const gridThw = patched.flatMap((picture) => [...picture.gridThw]);
    const after = gridThw.map(([t, h, w]) => (t * h * w) / merged);
    if (after.reduce((sum, count) => sum + count, 0) > most) continue;
    const pixelValues = new Float32Array(patched.reduce((sum, picture) => sum + picture.pixelValues.length, 0));
    let at = 0;
    for (const picture of patched) {
      pixelValues.set(picture.pixelValues, at);
      at += picture.pixelValues.length;
    }
    const { id, task } = sample;
    return { id, task, ...withRuns(sample, imageToken, before, after), pixelValues, gridThw };
  }
  return null;
}
