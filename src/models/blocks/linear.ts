/** Affine maps and the sums between them. */
import * as tf from "@tensorflow/tfjs";
import type { Tape } from "../../tensor/index.js";
import { times, timesTransposed } from "./matrixProduct.js";
import { type Matrix, StoredMatrix } from "./storedMatrix.js";

/** A weight stored as [out, in], the layout of PyTorch checkpoints; `bias` [out] or null. */
export interface LinearParameters {
  readonly weight: Matrix;
  readonly bias: tf.Tensor1D | null;
}

/**
 * `y = x·Wᵀ + b`.
 *
 * @param x [R, in] float32.
 * @param tape records the gradients of x, W and b that are wanted; x is saved only for W's. A stored W is widened once more
 *   for the gradient of x, not kept in float32 until then, and has none itself.
 * @returns [R, out], in the caller's scope.
 */
export function linear(x: tf.Tensor2D, { weight, bias }: LinearParameters, tape?: Tape): tf.Tensor2D {
  const y = tf.tidy(() => {
    const product = timesTransposed(x, weight);
    return bias ? tf.add(product, bias) : product;
  }) as tf.Tensor2D;
  const stored = weight instanceof StoredMatrix;
  const trained = !stored && (tape?.needs(weight) ?? false);
  const inputs = [x, ...(stored ? [] : [weight]), ...(bias ? [bias] : [])];
  tape?.record(y, inputs, trained ? [x] : [], (dy, needs, [input]) => [
    needs[0] ? times(dy as tf.Tensor2D, weight) : null,
    ...(stored ? [] : [needs[1] ? tf.matMul(dy as tf.Tensor2D, input as tf.Tensor2D, true, false) : null]),
    ...(bias ? [needs[stored ? 1 : 2] ? tf.sum(dy, 0) : null] : []),
  ]);
  return y;
}

/** `a + b`, equal shapes: a residual connection. In the caller's scope. */
export function add<T extends tf.Tensor>(a: T, b: T, tape?: Tape): T {
  const y = tf.add(a, b) as T;
  tape?.record(y, [a, b], [], (dy) => [dy, dy]);
  return y;
}

/** The same numbers in another shape. In the caller's scope. */
export function reshape<T extends tf.Tensor>(x: tf.Tensor, shape: number[], tape?: Tape): T {
  const y = tf.reshape(x, shape) as T;
  const before = x.shape;
  tape?.record(y, [x], [], (dy) => [tf.reshape(dy, before)]);
  return y;
}
