/** Gemma 3's way from patches to visual tokens: the mean of squares of patches, a norm, a linear map. */
import * as tf from "@tensorflow/tfjs";
import type { Gemma3Config } from "../../checkpoint/index.js";
import type { Tape } from "../../tensor/index.js";
import { linear, rmsNorm } from "../blocks/index.js";
import type { Parameters } from "../parameters.js";

export function loadProjector(p: Parameters, prefix: string, { vision, decoder }: Gemma3Config) {
  return {
    norm: p.onePlus(`${prefix}.mm_soft_emb_norm.weight`, vision.hiddenSize),
    map: p.transposed(`${prefix}.mm_input_projection_weight`, vision.hiddenSize, decoder.hiddenSize),
  };
}

/**
 * The mean of every square of patches, row by row.
 *
 * @param x [pictures · side², C]. @param side patches along a picture's side. @param squares squares along it.
 * @returns [pictures · squares², C], in the caller's scope.
 */
export function poolSquares(x: tf.Tensor2D, side: number, squares: number, tape?: Tape): tf.Tensor2D {
  const [rows, width] = x.shape;
  const pictures = rows / side ** 2;
  const size = side / squares;
  const cut = [pictures * squares, size, squares, size * width];
  return tf.tidy(() => {
    // Rows of a square are added first, then its columns: no more than five axes are needed.
    const added = tf.sum(tf.reshape(x, cut), 1); // [pictures · squares, squares, size · C]
    const y = tf.mean(tf.reshape(tf.div(added, size), [pictures * squares ** 2, size, width]), 1) as tf.Tensor2D;
    tape?.record(y, [x], [], (dy) => {
      const columns = tf.tile(tf.reshape(dy, [-1, 1, width]), [1, size, 1]); // [… , size, C]
      const wide = tf.tile(tf.reshape(columns, [cut[0], 1, squares, size * width]), [1, size, 1, 1]);
      return [tf.div(tf.reshape(wide, [rows, width]), size * size)];
    });
    return y;
  });
}

/** @returns [pictures · tokensPerImage, H], in the caller's scope. */
export function project(
  w: ReturnType<typeof loadProjector>,
  features: tf.Tensor2D,
  { vision, tokensPerImage }: Gemma3Config,
  tape?: Tape,
): tf.Tensor2D {
  const pooled = poolSquares(features, vision.imageSize / vision.patchSize, Math.sqrt(tokensPerImage), tape);
  return linear(rmsNorm(pooled, w.norm, vision.layerNormEps, tape), w.map, tape);
}
