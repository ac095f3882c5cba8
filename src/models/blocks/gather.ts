/** Picking rows by index. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";

/** Rows added up where they came from: [R, C] → [N, C]. WebAssembly has no segment sum; there a matrix product stands in. */
function scatterAdd(dy: tf.Tensor, positions: tf.Tensor1D, rows: number): tf.Tensor {
  if (tf.getBackend() !== "wasm") return tf.unsortedSegmentSum(dy, positions, rows);
  return tf.matMul(tf.oneHot(positions, rows), dy as tf.Tensor2D, true, false);
}

/**
 * `y[r] = x[index[r]]`.
 *
 * @param x [N, C] float32.
 * @param index R integers in [0, N); repeats are allowed, their gradients add up.
 * @returns [R, C]; owned by the tape, or by the caller's scope without one.
 */
export function gatherRows(x: tf.Tensor2D, index: Int32Array, tape?: Tape): tf.Tensor2D {
  const [y, positions] = tf.tidy(() => {
    const rows = tf.tensor1d(index, "int32");
    return [tf.gather(x, rows), rows];
  }) as [tf.Tensor2D, tf.Tensor1D];
  if (!tape?.needs(x)) {
    positions.dispose();
    tape?.own(y);
    return y;
  }
  tape.record(y, [x], (dy) => [scatterAdd(dy, positions, x.shape[0])], [positions]);
  return y;
}

/** Rows of several matrices, one after the other: [R_i, C]… → [ΣR_i, C]. Owned as in `gatherRows`. */
export function concatRows(parts: readonly tf.Tensor2D[], tape?: Tape): tf.Tensor2D {
  const y = tf.concat([...parts], 0) as tf.Tensor2D;
  tape?.record(y, parts, (dy, needs) => {
    let begin = 0;
    return parts.map((part, i) => {
      const gradient = needs[i] ? tf.slice(dy as tf.Tensor2D, [begin, 0], part.shape) : null;
      begin += part.shape[0];
      return gradient;
    });
  });
  return y;
}
