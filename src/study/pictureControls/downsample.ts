/** Smaller pictures: the control that spends a budget on resolution instead of on a schedule (METHOD §8). */
import { type ImageProcessorConfig, patchImages } from "../../checkpoint/index.js";
import type { EncodedSampleLike } from "../../evaluation/index.js";
import type { RgbImage } from "../../tasks/index.js";
import type { StudySample } from "../data/index.js";
import { SERIES } from "../entries.js";
import type { PictureControl } from "./pictureControl.js";
import { withRuns } from "./withRuns.js";

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

/** Each picture on the largest grid that the budget affords, where pictures are known and the model takes any size. */
export const downsampledPictures: PictureControl = {
  series: SERIES.downsampled,
  title: "control downsampled pictures",
  applies: ({ data }) =>
    data.processor?.imageConfig.kind === "qwen2_vl" && data.test.every(({ pictures }) => pictures !== undefined),
  begin({ studyModel: { model, config }, data }) {
    return async (index, most) => {
      const sample = data.test[index];
      const images = await sample.pictures!();
      const made = downsample(sample, images, data.processor!.imageConfig, config.tokens.image, most);
      return made === null ? null : { model, sample: made };
    };
  },
};
