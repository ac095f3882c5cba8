/** Memory between layers. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/**
 * Runs one layer of a stack. Without a tape, everything the layer made but its result is released, and so is its input:
 * peak memory is that of one layer. With a tape, the tape owns all of it.
 */
export function advance<T extends tf.Tensor>(input: T, tape: Tape | undefined, layer: () => T): T {
  if (tape) return layer();
  const output = tf.tidy(layer);
  input.dispose();
  return output;
}
