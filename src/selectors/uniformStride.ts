/** The uniform control: tokens stay at even distances, whatever they show. */
import type { StaticSelector } from "./selector.js";

/** The bits of `value`, last first: counting up in this order visits a range at ever finer even distances. */
function reverseBits(value: number, bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < bits; bit++) reversed = (reversed << 1) | ((value >> bit) & 1);
  return reversed;
}

/**
 * Ranks tokens by van der Corput's sequence over their order in the prompt: the first 2^k of a power of two are exactly
 * every (V / 2^k)th token, and every other number is as even as nested sets allow.
 */
export function uniformStride(): StaticSelector {
  return {
    kind: "static",
    name: "uniformStride",
    scores({ visual }) {
      const bits = Math.ceil(Math.log2(Math.max(2, visual.length)));
      return Float32Array.from(visual, (_, i) => -reverseBits(i, bits));
    },
  };
}
