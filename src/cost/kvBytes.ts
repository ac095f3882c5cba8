/** Memory of the key/value cache after the prompt. Source: METHOD §2. */
import type { CostModel, DecoderShape } from "./costModel.js";

/**
 * `2·n·h_kv·d·bytes` per layer. A sliding window does not lower it: every survivor is kept, as the caches of this project do.
 *
 * @param bytesPerElement of one cached number: 2 (default, float16 and bfloat16), 4 for float32, 1 for 8-bit caches.
 */
export function kvBytes(shape: DecoderShape, bytesPerElement = 2): CostModel {
  const perToken = 2 * shape.kvHeads * shape.headDim * bytesPerElement;
  return {
    name: "kvBytes",
    unit: "bytes",
    layers: shape.layers,
    layer: (_, n) => ({ value: n * perToken, derivative: perToken }),
  };
}
