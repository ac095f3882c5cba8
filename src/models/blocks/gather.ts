/** Picking rows by index. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { type Matrix, StoredMatrix } from "./storedMatrix.js";

/** Rows added up where they came from: [R, C] → [N, C]. WebAssembly has no segment sum; there a matrix product stands in. */
function scatterAdd(dy: tf.Tensor, positions: tf.Tensor1D, rows: number): tf.Tensor {
  if (tf.getBackend() !== "wasm") return tf.unsortedSegmentSum(dy, positions, rows);
  return tf.matMul(tf.oneHot(positions, rows), dy as tf.Tensor2D, true, false);
}

/**
 * `y[r] = x[index[r]]`.
 *
 * @param x [N, C] float32; of a stored matrix only the rows that are picked are widened, and no gradient flows into it.
 * @param index R integers in [0, N); repeats are allowed, their gradients add up.
 * @returns [R, C], in the caller's scope.
 */
export function gatherRows(x: tf.Tensor2D, index: Int32Array, tape?: Tape): tf.Tensor2D;
export function gatherRows(x: Matrix, index: Int32Array, tape?: Tape): tf.Tensor2D;
export function gatherRows(x: Matrix, index: Int32Array, tape?: Tape): tf.Tensor2D {
  if (x instanceof StoredMatrix) return x.gather(index);
  const rows = x.shape[0];
  return tf.tidy(() => {
    const positions = tf.tensor1d(index, "int32");
    const y = tf.gather(x, positions);
    tape?.record(y, [x], [positions], (dy, _, [saved]) => [scatterAdd(dy, saved as tf.Tensor1D, rows)]);
    return y;
  });
}

/** Rows of several matrices, one after the other: [R_i, C]… → [ΣR_i, C], in the caller's scope. */
export function concatRows(parts: readonly tf.Tensor2D[], tape?: Tape): tf.Tensor2D {
  const y = tf.concat([...parts], 0) as tf.Tensor2D;
  const shapes = parts.map(({ shape }) => shape);
  tape?.record(y, parts, [], (dy, needs) => {
    let begin = 0;
    return shapes.map((shape, i) => {
      const gradient = needs[i] ? tf.slice(dy as tf.Tensor2D, [begin, 0], shape) : null;
      begin += shape[0];
      return gradient;
    });
  });
  return y;
}
