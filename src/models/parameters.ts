/** The weights of a model: read from a source once, held as tensors, named as in the checkpoint. */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { LayerNormParameters, LinearParameters } from "./blocks/index.js";

/** Where weights come from: a checkpoint directory, or an initialiser. */
export interface WeightSource {
  has(name: string): boolean;
  /** Row-major float32 values of a tensor of exactly this shape; throws EspalierError where it is missing or different. */
  read(name: string, shape: readonly number[]): Float32Array;
}

/**
 * Loads and owns a model's tensors. Each tensor is asked for once, by its checkpoint name, in the checkpoint's own layout
 * (a linear map is [out, in]), so that writing a checkpoint needs no conversion.
 */
export class Parameters {
  readonly #source: WeightSource;
  readonly #trainable: boolean;
  readonly #tensors = new Map<string, tf.Tensor>();

  /** @param trainable holds the weights as variables that an optimiser may assign; default frozen. */
  constructor(source: WeightSource, options: { trainable?: boolean } = {}) {
    this.#source = source;
    this.#trainable = options.trainable ?? false;
  }

  has(name: string): boolean {
    return this.#source.has(name);
  }

  /** @param view the shape to hold it in, where that is not the checkpoint's. @param change what is done to its values. */
  #load<T extends tf.Tensor>(
    name: string,
    shape: number[],
    view: number[] = shape,
    change: (values: Float32Array) => Float32Array = (values) => values,
  ): T {
    if (this.#tensors.has(name))
      throw new EspalierError(`Weight ${name} is used twice; each has one place in the model.`);
    const values = tf.tensor(change(this.#source.read(name, shape)), view, "float32");
    // The native backend copies values when they are first used, and lets go of the JavaScript array only then. Using one
    // number now keeps a large checkpoint from lying in memory twice.
    tf.tidy(
      () => void tf.slice(values, new Array<number>(values.rank).fill(0), new Array<number>(values.rank).fill(1)),
    );
    const tensor = this.#trainable ? tf.variable(values, true) : tf.keep(values);
    if (this.#trainable) values.dispose();
    this.#tensors.set(name, tensor);
    return tensor as T;
  }

  vector(name: string, length: number): tf.Tensor1D {
    return this.#load<tf.Tensor1D>(name, [length]);
  }

  /**
   * A norm's weight that the checkpoint stores as its distance from one; held with the one added.
   *
   * @throws EspalierError where weights are trained: writing them back would need the distance.
   */
  onePlus(name: string, length: number): tf.Tensor1D {
    if (this.#trainable) throw new EspalierError(`Weight ${name} is held as 1 + w and cannot be trained here.`);
    return this.#load<tf.Tensor1D>(name, [length], [length], (values) => values.map((w) => 1 + w));
  }

  /** A matrix whose checkpoint has it as [in, out]. */
  transposed(name: string, input: number, output: number): LinearParameters {
    if (this.#trainable) throw new EspalierError(`Weight ${name} is held transposed and cannot be trained here.`);
    const turn = (values: Float32Array) => {
      const turned = new Float32Array(values.length);
      for (let i = 0; i < input; i++) for (let o = 0; o < output; o++) turned[o * input + i] = values[i * output + o];
      return turned;
    };
    return { weight: this.#load<tf.Tensor2D>(name, [input, output], [output, input], turn), bias: null };
  }

  matrix(name: string, rows: number, columns: number): tf.Tensor2D {
    return this.#load<tf.Tensor2D>(name, [rows, columns]);
  }

  /** A tensor of the checkpoint's shape, viewed as a matrix of `rows` rows: a convolution whose stride is its kernel. */
  flattened(name: string, shape: number[]): tf.Tensor2D {
    return this.#load<tf.Tensor2D>(name, shape, [shape[0], shape.slice(1).reduce((a, b) => a * b, 1)]);
  }

  /** `prefix.weight` [out, in] and, where asked for, `prefix.bias` [out]. */
  linear(prefix: string, input: number, output: number, bias: boolean): LinearParameters {
    return {
      weight: this.matrix(`${prefix}.weight`, output, input),
      bias: bias ? this.vector(`${prefix}.bias`, output) : null,
    };
  }

  /** `prefix.weight` and `prefix.bias`, [length] each. */
  layerNorm(prefix: string, length: number): LayerNormParameters {
    return { weight: this.vector(`${prefix}.weight`, length), bias: this.vector(`${prefix}.bias`, length) };
  }

  /** All tensors loaded so far, by checkpoint name, in loading order. Owned by this object. */
  entries(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors;
  }

  /** Bytes of all tensors. */
  get bytes(): number {
    let elements = 0;
    for (const tensor of this.#tensors.values()) elements += tensor.size;
    return elements * 4;
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}
