/** What every image processor is: names, a reader of its settings, and the way from pictures to patches. */
import { EspalierError } from "../../errors.js";
import type { RgbImage } from "../resize.js";
import type { PatchedImages } from "./patches.js";

export interface ImageProcessor<Config extends { readonly kind: string }> {
  readonly kind: Config["kind"];
  /** Values of `image_processor_type` that mean this processor. */
  readonly types: readonly string[];
  /**
   * Checks and normalises preprocessor_config.json.
   *
   * @param type which of `types` the file names.
   * @param patchSize asked where the file does not have it but config.json does.
   * @throws EspalierError when a value is out of range or not supported.
   */
  read(json: Record<string, unknown>, type: string, where: string, patchSize: () => number): Config;
  /** @throws EspalierError when a picture cannot be brought to patches. */
  patch(images: readonly RgbImage[], config: Config): PatchedImages;
}

/** @throws EspalierError when a picture's sides are no multiples of a patch's. */
export function checkDivisible(image: RgbImage, patchSize: number): void {
  if (image.width % patchSize === 0 && image.height % patchSize === 0) return;
  throw new EspalierError(
    `A picture comes to ${image.width} × ${image.height} pixels, which cannot be cut into patches of ${patchSize} × ${patchSize}; size and crop_size of preprocessor_config.json should be multiples of patch_size.`,
  );
}
