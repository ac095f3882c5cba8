/** Keeps samples' pixels as far as memory goes; the others' are made again from their pictures whenever they are needed. */
import os from "node:os";
import { EspalierError } from "../../errors.js";
import { type PixelValues, pixelDigest } from "../../evaluation/index.js";

/** An eighth of the machine's memory, 4 GiB at most. */
function usualLimit(): number {
  return Math.min(2 ** 32, os.totalmem() / 8);
}

export class PixelStore {
  #left: number;

  /** @param limit bytes of pixels that are kept; default an eighth of the machine's memory, at most 4 GiB. */
  constructor(limit = usualLimit()) {
    this.#left = limit;
  }

  /**
   * @param id of the sample.
   * @param values its pixels, now.
   * @param again makes the same pixels from its pictures.
   * @returns the pixels themselves as long as they fit; else what reads them again, which rejects with an EspalierError when a
   *   picture has changed since.
   */
  keep(id: string, values: Float32Array, again: () => Promise<Float32Array>): PixelValues {
    if (values.byteLength <= this.#left) {
      this.#left -= values.byteLength;
      return values;
    }
    // One that does not fit ends keeping: which samples are kept depends on nothing behind it.
    this.#left = 0;
    const digest = pixelDigest(values);
    return {
      digest,
      async read() {
        const found = await again();
        if (pixelDigest(found) === digest) return found;
        throw new EspalierError(
          `The pictures of sample ${id} have changed since the samples were read; restore them, or begin again with a study of another name.`,
        );
      },
    };
  }
}
