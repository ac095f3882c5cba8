/** Memory between layers. */
import * as tf from "@tensorflow/tfjs";

/**
 * Runs one layer of a stack: everything the layer made but its result is released, and so is its input. Peak memory is that
 * of one layer, and of what a tape saved.
 */
export function advance<T extends tf.Tensor>(input: T, layer: () => T): T {
  const output = tf.tidy(layer);
  input.dispose();
  return output;
}
