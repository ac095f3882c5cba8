/** Rotations for the rows of a layout, where every frequency turns with one axis of the positions. */
import { type Rotary, rotaryFromAngles } from "./blocks/index.js";
import type { Positions, TokenLayout } from "./model.js";

/**
 * @param positions of the layout's samples.
 * @param frequencies [d/2], radians per position.
 * @param axes [d/2]: the axis that each frequency turns with; default the only one.
 * @returns [B, 1, N, d] each; the caller disposes them. Padding is not turned.
 */
export function layoutRotary(
  positions: readonly Positions[],
  layout: TokenLayout,
  frequencies: Float32Array,
  axes?: Uint8Array,
): Rotary {
  const half = frequencies.length;
  const angles = new Float32Array(layout.batch * layout.length * half);
  for (let row = 0; row < layout.index.length; row++) {
    const place = layout.index[row];
    if (place < 0) continue;
    const { values, axes: count } = positions[layout.samples ? layout.samples[row] : Math.floor(row / layout.length)];
    const n = values.length / count;
    for (let j = 0; j < half; j++) angles[row * half + j] = values[(axes ? axes[j] : 0) * n + place] * frequencies[j];
  }
  return rotaryFromAngles(angles, layout.batch, layout.length, 2 * half);
}
