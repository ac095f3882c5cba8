/** Products with matrices of weights, a block of their rows at a time. */
import * as tf from "@tensorflow/tfjs";
import type { Span } from "./attentionMask.js";
import { type Matrix, StoredMatrix } from "./storedMatrix.js";

/**
 * Numbers of a matrix that are in float32 for one product: 256 MiB. Few matrices but a vocabulary's have more. A matrix that is
 * held in float32 is cut alike, which costs nothing (rows are not copied): sums are then the same in either case.
 */
export const WEIGHTS_AT_ONCE = 1 << 26;

/** Cuts a matrix into blocks of rows of at most so many numbers; one row at least. */
export function planBlocks([rows, columns]: readonly number[], atOnce: number): Span[] {
  const step = Math.max(1, Math.floor(atOnce / columns));
  const blocks: Span[] = [];
  for (let begin = 0; begin < rows; begin += step) blocks.push({ begin, count: Math.min(step, rows - begin) });
  return blocks;
}

/** Rows of a matrix in float32; called within a scope that ends with their use. */
function rowsOf(matrix: Matrix, { begin, count }: Span): tf.Tensor2D {
  if (matrix instanceof StoredMatrix) return matrix.widen({ begin, count });
  return count === matrix.shape[0] ? matrix : tf.slice(matrix, [begin, 0], [count, matrix.shape[1]]);
}

/** `x·Wᵀ`: [R, in], [out, in] → [R, out], in the caller's scope. */
export function timesTransposed(x: tf.Tensor2D, matrix: Matrix, atOnce = WEIGHTS_AT_ONCE): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = planBlocks(matrix.shape, atOnce).map((block) =>
      tf.tidy(() => tf.matMul(x, rowsOf(matrix, block), false, true) as tf.Tensor2D),
    );
    return parts.length === 1 ? parts[0] : tf.concat(parts, 1);
  });
}

/** `y·W`: [R, out], [out, in] → [R, in], in the caller's scope. */
export function times(y: tf.Tensor2D, matrix: Matrix, atOnce = WEIGHTS_AT_ONCE): tf.Tensor2D {
  const rows = y.shape[0];
  return tf.tidy(() => {
    let sum: tf.Tensor2D | null = null;
    for (const block of planBlocks(matrix.shape, atOnce)) {
      const before: tf.Tensor2D | null = sum;
      sum = tf.tidy((): tf.Tensor2D => {
        const seen = block.count === y.shape[1] ? y : tf.slice(y, [0, block.begin], [rows, block.count]);
        const part = tf.matMul(seen, rowsOf(matrix, block)) as tf.Tensor2D;
        return before ? (tf.add(before, part) as tf.Tensor2D) : part;
      });
      before?.dispose();
    }
    return sum!;
  });
}
