/** The weights of a model: read from a source once, held as tensors, named as in the checkpoint. */
import * as tf from "@tensorflow/tfjs";
import type { FloatDtype } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";
import { type LayerNormParameters, type LinearParameters, type Matrix, StoredMatrix } from "./blocks/index.js";

/** Where weights come from: a checkpoint directory, or an initialiser. */
export interface WeightSource {
  has(name: string): boolean;
  /** Row-major float32 values of a tensor of exactly this shape; throws EspalierError where it is missing or different. */
  read(name: string, shape: readonly number[]): Float32Array;
  /** How a tensor of exactly this shape is stored; throws as `read`. Default F32. */
  dtype?(name: string, shape: readonly number[]): FloatDtype;
  /** The bits of an F16 or BF16 tensor of exactly this shape, the caller's own; needed where `dtype` says so. */
  readBits?(name: string, shape: readonly number[]): Uint16Array;
}

/**
 * How weights are held:
 * - `float32`: 4 bytes a parameter, the faster.
 * - `stored`: matrices that the source has in 16 bits stay so, 2 bytes a parameter, and each is widened for as long as a map
 *   uses it (`StoredMatrix`). The same numbers come out. What is small or in 32 bits is held in float32.
 * - `planned`: not at all. Every weight is asked of the source by name and shape and none is read; the model cannot run, but
 *   `plan` knows what it would hold.
 */
export type Residency = "float32" | "stored" | "planned";

export interface ParametersOptions {
  /** Holds the weights as variables that an optimiser may assign, in float32; default frozen. */
  readonly trainable?: boolean;
  /** Default float32. */
  readonly residency?: Residency;
}

/** One weight of a model, by its checkpoint name. */
export interface PlannedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters: number;
  /** Bytes of it in memory, under `stored`. */
  readonly storedBytes: number;
  /** Whether it stays in 16 bits there, and is widened for every use. */
  readonly widened: boolean;
}

/** What becomes of a weight on its way into memory. */
interface Holding {
  /** The shape to hold it in; default the checkpoint's. */
  readonly view?: readonly number[];
  /** What is done to its values; default nothing. */
  readonly change?: (values: Float32Array) => Float32Array;
}

/** Stands where a tensor would be; a planned model cannot run. */
const NOTHING: unknown = Object.freeze({});

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Loads and owns a model's tensors. Each tensor is asked for once, by its checkpoint name, in the checkpoint's own layout
 * (a linear map is [out, in]), so that writing a checkpoint needs no conversion.
 */
export class Parameters {
  readonly residency: Residency;
  readonly #source: WeightSource;
  readonly #trainable: boolean;
  readonly #plan = new Map<string, PlannedWeight>();
  readonly #tensors = new Map<string, tf.Tensor>();
  readonly #stored: StoredMatrix[] = [];

  /** @throws EspalierError where weights are to be trained in another form than float32. */
  constructor(source: WeightSource, { trainable = false, residency = "float32" }: ParametersOptions = {}) {
    if (trainable && residency !== "float32") {
      throw new EspalierError(`Weights are trained in float32, not ${residency}; leave the residency out.`);
    }
    this.#source = source;
    this.#trainable = trainable;
    this.residency = residency;
  }

  has(name: string): boolean {
    return this.#source.has(name);
  }

  /** Notes a weight down, once. @param widens whether it may stay in 16 bits. @returns its dtype where it can. */
  #note(name: string, shape: readonly number[], widens: boolean): "F16" | "BF16" | null {
    if (this.#plan.has(name)) {
      throw new EspalierError(`Weight ${name} is used twice; each has one place in the model.`);
    }
    const dtype = this.#source.dtype?.(name, shape) ?? "F32";
    const half = widens && (dtype === "F16" || dtype === "BF16") ? dtype : null;
    const parameters = product(shape);
    const storedBytes = parameters * (half ? 2 : 4);
    this.#plan.set(name, { name, shape, parameters, storedBytes, widened: half !== null });
    return half;
  }

  #hold<T extends tf.Tensor>(name: string, shape: readonly number[], { view = shape, change }: Holding = {}): T {
    this.#note(name, shape, false);
    return this.#float32<T>(name, shape, { view, change });
  }

  #float32<T extends tf.Tensor>(name: string, shape: readonly number[], { view, change }: Holding): T {
    const place = [...(view ?? shape)];
    if (this.residency === "planned") return NOTHING as T;
    const read = this.#source.read(name, shape);
    const values = tf.tensor(change ? change(read) : read, place, "float32");
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

  /** A matrix that may stay in 16 bits. */
  #matrix(name: string, shape: readonly number[]): Matrix {
    const view = [shape[0], product(shape.slice(1))];
    const half = this.#note(name, shape, StoredMatrix.canStore(view[1]));
    if (half === null || this.residency !== "stored") return this.#float32<tf.Tensor2D>(name, shape, { view });
    if (!this.#source.readBits) throw new Error(`The source says that ${name} is ${half} but reads no bits.`);
    const matrix = new StoredMatrix(this.#source.readBits(name, shape), view, half);
    this.#stored.push(matrix);
    return matrix;
  }

  vector(name: string, length: number): tf.Tensor1D {
    return this.#hold<tf.Tensor1D>(name, [length]);
  }

  /**
   * A norm's weight that the checkpoint stores as its distance from one; held with the one added.
   *
   * @throws EspalierError where weights are trained: writing them back would need the distance.
   */
  onePlus(name: string, length: number): tf.Tensor1D {
    if (this.#trainable) throw new EspalierError(`Weight ${name} is held as 1 + w and cannot be trained here.`);
    return this.#hold<tf.Tensor1D>(name, [length], { change: (values) => values.map((w) => 1 + w) });
  }

  /** A matrix whose checkpoint has it as [in, out]; held in float32, the other way around. */
  transposed(name: string, input: number, output: number): LinearParameters {
    if (this.#trainable) throw new EspalierError(`Weight ${name} is held transposed and cannot be trained here.`);
    const change = (values: Float32Array) => {
      const turned = new Float32Array(values.length);
      for (let i = 0; i < input; i++) for (let o = 0; o < output; o++) turned[o * input + i] = values[i * output + o];
      return turned;
    };
    return { weight: this.#hold<tf.Tensor2D>(name, [input, output], { view: [output, input], change }), bias: null };
  }

  matrix(name: string, rows: number, columns: number): Matrix {
    return this.#matrix(name, [rows, columns]);
  }

  /** A tensor of the checkpoint's shape, viewed as a matrix of `rows` rows: a convolution whose stride is its kernel. */
  flattened(name: string, shape: number[]): Matrix {
    return this.#matrix(name, shape);
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

  /** Every weight that was asked for, in that order, whatever the residency. */
  get plan(): readonly PlannedWeight[] {
    return [...this.#plan.values()];
  }

  /** The float32 tensors loaded so far, by checkpoint name, in loading order. Owned by this object. */
  entries(): ReadonlyMap<string, tf.Tensor> {
    return this.#tensors;
  }

  /** Bytes of all weights that are held. */
  get bytes(): number {
    let bytes = 0;
    for (const tensor of this.#tensors.values()) bytes += tensor.size * 4;
    for (const matrix of this.#stored) bytes += matrix.bytes;
    return bytes;
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    for (const matrix of this.#stored) matrix.dispose();
    this.#tensors.clear();
    this.#stored.length = 0;
  }
}
