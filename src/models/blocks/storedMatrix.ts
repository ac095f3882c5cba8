/** Matrices at two bytes a number. */
import * as tf from "@tensorflow/tfjs";
import { widenBf16, widenF16 } from "../../checkpoint/index.js";
import { castHalf, type HalfFormat } from "../../tensor/index.js";
import type { Span } from "./attentionMask.js";

/** A matrix of weights: in float32, or as its checkpoint has it. */
export type Matrix = tf.Tensor2D | StoredMatrix;

/**
 * A frozen matrix that is held as its checkpoint has it, 16 bits a number, and widened to float32 only for as long as a map
 * uses it: forwards, and once more backwards. Widening is exact, so results are those of float32 bit for bit.
 */
export class StoredMatrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly format: HalfFormat;
  /** [rows, columns/2] float32 that carries two numbers a place. A backend moves it about and never computes with it. */
  readonly #bits: tf.Tensor2D;

  /**
   * @param values the bits of rows · columns numbers; not to be changed afterwards.
   * @param shape columns must be even: see `canStore`.
   */
  constructor(values: Uint16Array, [rows, columns]: readonly number[], format: HalfFormat) {
    this.shape = [rows, columns];
    this.format = format;
    const pairs = new Float32Array(values.buffer, values.byteOffset, values.length / 2);
    this.#bits = tf.keep(tf.tensor2d(pairs, [rows, columns / 2], "float32"));
    // The native backend copies values at their first use, and lets go of the JavaScript array only then.
    tf.tidy(() => void tf.slice(this.#bits, [0, 0], [1, 1]));
  }

  /** Whether rows of so many columns are whole places. */
  static canStore(columns: number): boolean {
    return columns % 2 === 0;
  }

  get bytes(): number {
    return this.#bits.size * 4;
  }

  /** Some rows in float32, in the caller's scope. */
  widen({ begin, count }: Span): tf.Tensor2D {
    return tf.tidy(() => {
      const [rows, pairs] = this.#bits.shape;
      return this.#widen(count === rows ? this.#bits : tf.slice(this.#bits, [begin, 0], [count, pairs]));
    });
  }

  /** The rows of these places in float32: [R, columns], in the caller's scope. */
  gather(index: Int32Array): tf.Tensor2D {
    return tf.tidy(() => this.#widen(tf.gather(this.#bits, tf.tensor1d(index, "int32"))));
  }

  dispose(): void {
    this.#bits.dispose();
  }

  #widen(bits: tf.Tensor2D): tf.Tensor2D {
    const wide = castHalf(bits, this.format);
    if (wide) return wide;
    const pairs = bits.dataSync<"float32">();
    const values = new Float32Array(2 * pairs.length);
    const widen = this.format === "BF16" ? widenBf16 : widenF16;
    widen(new Uint16Array(pairs.buffer, pairs.byteOffset, values.length), values);
    return tf.tensor2d(values, [bits.shape[0], 2 * bits.shape[1]]);
  }
}
