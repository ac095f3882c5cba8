/** Multimodal rotary positions: time, height and width of every token (arXiv 2409.12191 §2.1). */
import type { Qwen25VlConfig } from "../../checkpoint/index.js";
import { EspalierError } from "../../errors.js";
import type { GridThw, Positions } from "../model.js";

/**
 * Text advances all three axes by one; a picture's tokens stand at the place where it begins, plus their row and column
 * after merging; a video's also by their grid's time, `tokensPerSecond` positions a second, rounded down (arXiv 2502.13923
 * §2.1.2). Text goes on behind the largest position so far.
 *
 * **Differs from transformers 4.57**, which cuts the seconds between two times down to a whole number first.
 *
 * @param ids one sample's tokens, without padding.
 * @param grids the sample's pictures and videos in order; their tokens must be exactly the visual tokens in `ids`.
 * @param secondsPerGrid of each grid: seconds between the times of a video's grid, default 1; a picture's is not read.
 */
export function multimodalPositions(
  ids: Int32Array,
  grids: readonly GridThw[],
  secondsPerGrid: readonly number[],
  config: Qwen25VlConfig,
): Positions {
  const { image, video } = config.tokens;
  const n = ids.length;
  const values = new Int32Array(3 * n);
  const merge = config.vision.spatialMergeSize;
  let next = 0;
  let picture = 0;
  for (let at = 0; at < n; ) {
    const kind = ids[at];
    if (kind !== image && kind !== video) {
      for (let axis = 0; axis < 3; axis++) values[axis * n + at] = next;
      next++;
      at++;
      continue;
    }
    if (picture >= grids.length) {
      throw new EspalierError(
        `The prompt has visual tokens at place ${at}, but only ${grids.length} pictures and videos were given; give one grid for each.`,
      );
    }
    const seconds = secondsPerGrid[picture] ?? 1;
    const [frames, height, width] = grids[picture++];
    const rows = height / merge;
    const columns = width / merge;
    // Frames of a still picture stand at the same time.
    const interval = kind === video ? seconds * config.vision.tokensPerSecond : 0;
    for (let t = 0; t < frames; t++) {
      const time = next + Math.floor(t * interval);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++, at++) {
          if (ids[at] !== kind) {
            throw new EspalierError(
              `Picture or video ${picture} has ${frames * rows * columns} visual tokens, but its run of tokens ends at place ${at}; ` +
                "the prompt and the grid do not belong together.",
            );
          }
          values[at] = time;
          values[n + at] = next + y;
          values[2 * n + at] = next + x;
        }
      }
    }
    next += Math.max(rows, columns, Math.floor((frames - 1) * interval) + 1);
  }
  if (picture < grids.length) {
    throw new EspalierError(
      `${grids.length} pictures and videos were given, but the prompt has tokens for ${picture}; leave out the others.`,
    );
  }
  return { axes: 3, values, next };
}
