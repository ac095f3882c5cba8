/** Pictures cut into the rows that a vision tower's patch embedding reads. */
import { EspalierError } from "../../errors.js";
import type { RgbImage } from "../resize.js";

/** Patches of one or more pictures or videos, one after the other. */
export interface PatchedImages {
  /**
   * float32 [Σ t·h·w, patchWidth]: the patches of one visual token (merge × merge) are neighbours, otherwise they go row by
   * row; a patch is laid out as [channel, frame, row, column], as a convolution whose stride is its kernel reads it.
   */
  readonly pixelValues: Float32Array;
  /** 3 · temporalPatchSize · patchSize². */
  readonly patchWidth: number;
  /** Per picture or video: runs of frames (1 for a still picture), rows and columns of patches. */
  readonly gridThw: readonly (readonly [number, number, number])[];
}

export interface PatchLayout {
  /** Pixels along one side of a patch. */
  readonly patchSize: number;
  /** Frames in a patch. */
  readonly temporalPatchSize: number;
  /** Patches along one side of a visual token; their rows are neighbours. */
  readonly mergeSize: number;
}

/** Most numbers that the patches of one prompt may have: 4 GiB of them. */
const MAX_VALUES = 2 ** 30;

/**
 * Cuts still pictures and videos into patches.
 *
 * @param sequences the frames of each, one size within a sequence, sides that are multiples of `patchSize · mergeSize`. The
 *   last frame is repeated until they fill whole patches; a still picture is one frame. Empty gives no patches.
 * @param table [3 · 256] the value of every byte in every channel.
 * @throws EspalierError when the patches would take more than 4 GiB.
 */
export function cutPatches(
  sequences: readonly (readonly RgbImage[])[],
  layout: PatchLayout,
  table: Float32Array,
): PatchedImages {
  const { patchSize, temporalPatchSize, mergeSize } = layout;
  const patchWidth = 3 * temporalPatchSize * patchSize * patchSize;
  const gridThw = sequences.map((frames) => {
    const { width, height } = frames[0]!;
    return [Math.ceil(frames.length / temporalPatchSize), height / patchSize, width / patchSize] as const;
  });
  const total = gridThw.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  if (total * patchWidth > MAX_VALUES) {
    throw new EspalierError(
      `The pictures or videos of a prompt come to ${total} patches of ${patchWidth} numbers, more than 4 GiB; give fewer, fewer frames, or lower max_pixels.`,
    );
  }
  const pixelValues = new Float32Array(total * patchWidth);
  let at = 0;
  sequences.forEach((frames, i) => {
    const [runs, rows, columns] = gridThw[i]!;
    for (let run = 0; run < runs; run++) {
      const members = frames.slice(run * temporalPatchSize, (run + 1) * temporalPatchSize);
      // Visual tokens row by row, in each its patches row by row.
      for (let tokenRow = 0; tokenRow < rows; tokenRow += mergeSize) {
        for (let tokenColumn = 0; tokenColumn < columns; tokenColumn += mergeSize) {
          for (let k = 0; k < mergeSize * mergeSize; k++, at += patchWidth) {
            const row = tokenRow + Math.floor(k / mergeSize);
            const column = tokenColumn + (k % mergeSize);
            writePatch(members, row, column, layout, table, pixelValues.subarray(at, at + patchWidth));
          }
        }
      }
    }
  });
  return { pixelValues, patchWidth, gridThw };
}

/** One patch, [channel, frame, row, column]; missing frames are copies of the last. */
function writePatch(
  frames: readonly RgbImage[],
  row: number,
  column: number,
  { patchSize, temporalPatchSize }: PatchLayout,
  table: Float32Array,
  into: Float32Array,
): void {
  const area = patchSize * patchSize;
  for (let channel = 0; channel < 3; channel++) {
    const start = channel * temporalPatchSize * area;
    let target = start;
    for (const { width, data } of frames) {
      for (let y = 0; y < patchSize; y++) {
        let source = ((row * patchSize + y) * width + column * patchSize) * 3 + channel;
        for (let x = 0; x < patchSize; x++, source += 3) into[target++] = table[channel * 256 + data[source]!]!;
      }
    }
    const last = start + (frames.length - 1) * area;
    for (let f = frames.length; f < temporalPatchSize; f++) into.copyWithin(start + f * area, last, last + area);
  }
}

/** Patches of several calls, at least one, one after the other; all have one `patchWidth`. */
export function joinPatches(parts: readonly PatchedImages[]): PatchedImages {
  const { patchWidth } = parts[0]!;
  if (parts.length === 1) return parts[0]!;
  const pixelValues = new Float32Array(parts.reduce((sum, part) => sum + part.pixelValues.length, 0));
  let at = 0;
  for (const part of parts) {
    pixelValues.set(part.pixelValues, at);
    at += part.pixelValues.length;
  }
  return { pixelValues, patchWidth, gridThw: parts.flatMap((part) => [...part.gridThw]) };
}
