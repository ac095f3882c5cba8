/** Multimodal rotary positions: time, height and width of every token (arXiv 2409.12191 §2.1). */
import type { Qwen25VlConfig } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import type { GridThw, Positions } from "../model.js";

/**
 * Text advances all three axes by one; a picture's tokens stand at the place where it begins, plus their row and column
 * after merging (and their frame's time); text after it goes on behind the largest position so far.
 *
 * @param ids one sample's tokens, without padding.
 * @param grids the sample's pictures in order; their tokens must be exactly the image tokens in `ids`.
 */
export function multimodalPositions(ids: Int32Array, grids: readonly GridThw[], config: Qwen25VlConfig): Positions {
  const n = ids.length;
  const values = new Int32Array(3 * n);
  const merge = config.vision.spatialMergeSize;
  let next = 0;
  let picture = 0;
  for (let at = 0; at < n; ) {
    if (ids[at] !== config.tokens.image) {
      for (let axis = 0; axis < 3; axis++) values[axis * n + at] = next;
      next++;
      at++;
      continue;
    }
    if (picture >= grids.length) {
      throw new EspalierError(
        `The prompt has image tokens at place ${at}, but only ${grids.length} pictures were given; give one grid a picture.`,
      );
    }
    const [frames, height, width] = grids[picture++];
    const rows = height / merge;
    const columns = width / merge;
    let largest = 0;
    for (let t = 0; t < frames; t++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++, at++) {
          if (ids[at] !== config.tokens.image) {
            throw new EspalierError(
              `Picture ${picture} has ${frames * rows * columns} visual tokens, but its run of image tokens ends at place ${at}; ` +
                "the prompt and the grid do not belong together.",
            );
          }
          // Frames of a still picture stand at the same time.
          values[at] = next;
          values[n + at] = next + y;
          values[2 * n + at] = next + x;
        }
      }
      largest = Math.max(rows, columns) - 1;
    }
    next += largest + 1;
  }
  if (picture < grids.length) {
    throw new EspalierError(
      `${grids.length} pictures were given, but the prompt has image tokens for ${picture}; leave out the others.`,
    );
  }
  return { axes: 3, values, next };
}
