/** How Qwen2.5-VL's vision tower orders patches: merged units of one window after the other. */
import type { QwenVisionConfig } from "../../checkpoint/index.js";
import type { GridThw } from "../model.js";

export interface WindowOrder {
  /** For each merged unit in window order, its place in raster order; all pictures one after the other. */
  readonly units: Int32Array;
  /** Lengths in patches of the attention windows, in window order. */
  readonly windowLengths: number[];
  /** Lengths in patches of the frames: what the full-attention blocks span. */
  readonly frameLengths: number[];
}

/** Windows of `windowSize` pixels, cut off at the picture's right and bottom. */
export function windowOrder(grids: readonly GridThw[], config: QwenVisionConfig): WindowOrder {
  const { spatialMergeSize: mergeSize, patchSize, windowSize } = config;
  const side = Math.floor(windowSize / mergeSize / patchSize);
  const unitPatches = mergeSize * mergeSize;
  const units: number[] = [];
  const windowLengths: number[] = [];
  const frameLengths: number[] = [];
  let base = 0;
  for (const [frames, height, width] of grids) {
    const rows = height / mergeSize;
    const columns = width / mergeSize;
    for (let frame = 0; frame < frames; frame++) {
      for (let top = 0; top < rows; top += side) {
        for (let left = 0; left < columns; left += side) {
          const bottom = Math.min(top + side, rows);
          const right = Math.min(left + side, columns);
          for (let y = top; y < bottom; y++) {
            for (let x = left; x < right; x++) units.push(base + (frame * rows + y) * columns + x);
          }
          windowLengths.push((bottom - top) * (right - left) * unitPatches);
        }
      }
      frameLengths.push(height * width);
    }
    base += frames * rows * columns;
  }
  return { units: Int32Array.from(units), windowLengths, frameLengths };
}

/**
 * Row and column of every patch, in raster order of merged units (the order in which the preprocessor lays patches out):
 * the positions that the tower's rotary embedding turns by.
 */
export function patchPositions(grids: readonly GridThw[], mergeSize: number): { row: Int32Array; column: Int32Array } {
  const total = grids.reduce((sum, [t, h, w]) => sum + t * h * w, 0);
  const row = new Int32Array(total);
  const column = new Int32Array(total);
  let at = 0;
  for (const [frames, height, width] of grids) {
    for (let frame = 0; frame < frames; frame++) {
      for (let top = 0; top < height; top += mergeSize) {
        for (let left = 0; left < width; left += mergeSize) {
          for (let y = 0; y < mergeSize; y++) {
            for (let x = 0; x < mergeSize; x++, at++) {
              row[at] = top + y;
              column[at] = left + x;
            }
          }
        }
      }
    }
  }
  return { row, column };
}
