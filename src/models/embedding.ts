/** Token ids to rows, with visual features in the place of visual tokens. */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { Tape } from "../tensor/index.js";
import { concatRows, gatherRows, type Matrix } from "./blocks/index.js";

/**
 * See `VisionLanguageModel.embed`.
 *
 * @param table [vocabulary, H].
 * @param scale of words; pictures are not scaled.
 */
export function embedTokens(
  table: Matrix,
  ids: Int32Array,
  visual: tf.Tensor2D | null,
  visualTokenIds: readonly number[],
  scale: number,
  tape?: Tape,
): tf.Tensor2D {
  const isVisual = (id: number) => visualTokenIds.includes(id);
  const wanted = ids.reduce((count, id) => count + (isVisual(id) ? 1 : 0), 0);
  if (visual && wanted !== visual.shape[0]) {
    throw new EspalierError(
      `The prompt has ${wanted} tokens for pictures and videos, but those give ${visual.shape[0]} visual tokens; they do not belong together.`,
    );
  }
  return tf.tidy(() => {
    // A visual token may lie outside of the table: it is no word.
    const looked = visual ? ids.map((id) => (isVisual(id) ? 0 : id)) : ids;
    const words = scaled(gatherRows(table, looked, tape), scale, tape);
    if (!visual) return words;
    let next = ids.length;
    const order = ids.map((id, row) => (isVisual(id) ? next++ : row));
    return gatherRows(concatRows([words, visual], tape), order, tape);
  });
}

function scaled(x: tf.Tensor2D, factor: number, tape?: Tape): tf.Tensor2D {
  if (factor === 1) return x;
  const y = tf.mul(x, factor) as tf.Tensor2D;
  tape?.record(y, [x], [], (dy) => [tf.mul(dy, factor)]);
  return y;
}
