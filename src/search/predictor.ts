/**
 * The predictor: from a prompt and a budget to the parameters of a kernel function (METHOD §6).
 *
 * One network serves all budgets and all samples. Its two ablations say what conditioning is worth: `budget` sees the budget
 * alone, `constant` keeps one parameter row for each budget.
 */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { PreparedSample } from "../evaluation/index.js";
import type { KernelFunction } from "../schedules/index.js";
import { type AdamW, Random } from "../tensor/index.js";

export const CONDITIONINGS = ["input", "budget", "constant"] as const;
/** What the predictor sees: the prompt and the budget, the budget alone, or neither (a table of rows, one a budget). */
export type Conditioning = (typeof CONDITIONINGS)[number];

export interface PredictorOptions {
  readonly conditioning: Conditioning;
  /** H, the decoder's width. */
  readonly hidden: number;
  readonly layers: number;
  readonly kernel: KernelFunction;
  /** Budgets of the `constant` table; others read the nearest two, linearly between. Normalised, ascending. */
  readonly budgets: readonly number[];
  readonly seed: number;
}

/** Prompt rows of a batch: embeddings padded to [B, N, H], and 1 where a row is a prompt token, [B, N]. */
export interface PromptBatch {
  readonly rows: tf.Tensor3D;
  readonly present: tf.Tensor2D;
}

/** A predictor's variables in plain memory: all its matrices one after the other, and all its vectors. */
export type PredictorWeights = ReadonlyMap<string, Float32Array>;

/** `x·W + b` on the last axis of [B, N, in] or [B, in]. */
function dense(x: tf.Tensor, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor {
  const [input, output] = weight.shape;
  const rows = tf.reshape(x, [-1, input]) as tf.Tensor2D;
  return tf.reshape(tf.add(tf.matMul(rows, weight), bias), [...x.shape.slice(0, -1), output]);
}

/** A parameter as it begins. */
interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))));
}

export class Predictor {
  readonly options: PredictorOptions;
  readonly #parts = new Map<string, Part[]>();
  /** Two variables hold every parameter: an optimiser's step is a few large operations and not hundreds of small ones. */
  readonly #variables = new Map<string, tf.Variable>();

  /** Starts every budget at the kernel function's own initial schedule. Owns its variables. */
  constructor(options: PredictorOptions) {
    this.options = options;
    const { hidden, layers, kernel, conditioning, budgets } = options;
    const random = new Random(options.seed).fork("predictor");
    const parameters = kernel.parameterCount(layers);
    const initial = kernel.initial(layers);
    if (conditioning === "constant") {
      const table = new Float32Array(budgets.length * parameters);
      for (let row = 0; row < budgets.length; row++) table.set(initial, row * parameters);
      this.#create([{ name: "table", shape: [budgets.length, parameters], values: table }]);
      return;
    }
    const list: Part[] = [];
    const wide = Math.max(8, Math.floor(hidden / 2));
    const middle = Math.max(8, Math.floor(hidden / 4));
    const narrow = Math.max(8, Math.floor(hidden / 8));
    const layer = (name: string, input: number, output: number, scale = 1) => {
      const weights = Float32Array.from({ length: input * output }, () => (scale * random.normal()) / Math.sqrt(input));
      list.push({ name: `${name}.weight`, shape: [input, output], values: weights });
      list.push({ name: `${name}.bias`, shape: [output], values: new Float32Array(output) });
    };
    layer("budget.0", 1, middle);
    layer("budget.1", middle, middle);
    if (conditioning === "input") layer("project", hidden, wide);
    for (const [name, input, output] of [
      ["block1", conditioning === "input" ? wide : middle, middle],
      ["block2", middle, narrow],
    ] as const) {
      layer(`${name}.skip`, input, output);
      layer(`${name}.in`, input, output);
      layer(`${name}.out`, output, output);
      // FiLM starts as the identity.
      layer(`${name}.film`, middle, 2 * output, 0);
    }
    list.push({ name: "norm.weight", shape: [narrow], values: new Float32Array(narrow).fill(1) });
    list.push({ name: "norm.bias", shape: [narrow], values: new Float32Array(narrow) });
    layer("head.0", narrow, 256);
    layer("head.1", 256, 128);
    layer("head.2", 128, parameters, 0.1);
    list.at(-1)!.values.set(initial);
    this.#create(list);
  }

  #create(list: readonly Part[]): void {
    for (const [group, rank] of [
      ["matrices", 2],
      ["vectors", 1],
    ] as const) {
      const members = list.filter(({ shape }) => shape.length === rank);
      if (members.length === 0) continue;
      const size = members.reduce((sum, { values }) => sum + values.length, 0);
      const all = new Float32Array(size);
      let at = 0;
      for (const { values } of members) {
        all.set(values, at);
        at += values.length;
      }
      this.#parts.set(group, members);
      // The rank stays that of the members: the optimiser lets matrices decay and vectors not.
      const tensor = tf.tensor(all, rank === 2 ? [size, 1] : [size]);
      this.#variables.set(group, tf.variable(tensor, true));
      tensor.dispose();
    }
  }

  /** Every parameter by name, in the caller's scope. */
  #named(): Map<string, tf.Tensor> {
    const named = new Map<string, tf.Tensor>();
    for (const [group, variable] of this.#variables) {
      const parts = this.#parts.get(group)!;
      const sizes = parts.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
      // TensorFlow.js has no gradient for a split into one.
      const slices = parts.length === 1 ? [variable] : tf.split(variable, sizes, 0);
      parts.forEach(({ name, shape }, i) => {
        named.set(name, tf.reshape(slices[i], [...shape]));
      });
    }
    return named;
  }

  /** The variables, for an optimiser's state; owned by the predictor. */
  get variables(): ReadonlyMap<string, tf.Variable> {
    return this.#variables;
  }

  /**
   * @param prompts the batch's prompts; null is enough unless the conditioning is `input`.
   * @param budgets [B] normalised.
   * @returns [B, P] parameters of the kernel function, in the caller's scope; differentiable on tfjs' tape.
   */
  parameters(prompts: PromptBatch | null, budgets: ArrayLike<number>): tf.Tensor2D {
    return tf.tidy(() => {
      if (this.options.conditioning === "constant") return this.#lookUp(budgets);
      const named = this.#named();
      const v = (name: string) => named.get(name)!;
      const apply = (name: string, x: tf.Tensor) =>
        dense(x, v(`${name}.weight`) as tf.Tensor2D, v(`${name}.bias`) as tf.Tensor1D);
      const budget = tf.tensor2d(Float32Array.from(budgets), [budgets.length, 1]);
      const code = gelu(apply("budget.1", gelu(apply("budget.0", budget)))); // [B, H/4]
      if (this.options.conditioning === "input" && !prompts) {
        throw new EspalierError("This predictor is conditioned on the prompt; give it the prompts' embeddings.");
      }
      let x: tf.Tensor = prompts && this.options.conditioning === "input" ? apply("project", prompts.rows) : code;
      for (const name of ["block1", "block2"]) {
        const inner = apply(`${name}.out`, gelu(apply(`${name}.in`, x)));
        x = tf.add(apply(`${name}.skip`, x), inner);
        const film = apply(`${name}.film`, code); // [B, 2·C]
        const width = x.shape[x.rank - 1]!;
        const scale = tf.slice(film as tf.Tensor2D, [0, 0], [-1, width]);
        const shift = tf.slice(film as tf.Tensor2D, [0, width], [-1, width]);
        const spread = (t: tf.Tensor) => (x.rank === 3 ? tf.expandDims(t, 1) : t);
        x = tf.add(tf.mul(x, tf.add(1, spread(scale))), spread(shift));
      }
      if (prompts && x.rank === 3) {
        const present = tf.expandDims(prompts.present, 2);
        x = tf.div(tf.sum(tf.mul(x, present), 1), tf.sum(present, 1)); // [B, H/8]
      }
      const { mean, variance } = tf.moments(x, -1, true);
      const normalised = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
      x = tf.add(tf.mul(normalised, v("norm.weight")), v("norm.bias"));
      return apply("head.2", gelu(apply("head.1", gelu(apply("head.0", x))))) as tf.Tensor2D;
    });
  }

  /** Rows of the table, linear between its budgets. */
  #lookUp(budgets: ArrayLike<number>): tf.Tensor2D {
    const known = this.options.budgets;
    const mixing = new Float32Array(budgets.length * known.length);
    for (let b = 0; b < budgets.length; b++) {
      let above = known.findIndex((budget) => budget >= budgets[b]);
      if (above < 0) above = known.length - 1;
      const below = Math.max(0, above - 1);
      const span = known[above] - known[below];
      const share = span > 0 ? Math.min(1, Math.max(0, (budgets[b] - known[below]) / span)) : 1;
      mixing[b * known.length + below] += 1 - share;
      mixing[b * known.length + above] += share;
    }
    const rows = tf.tensor2d(mixing, [budgets.length, known.length]);
    return tf.matMul(rows, this.#named().get("table") as tf.Tensor2D);
  }

  /**
   * One optimiser step on a loss of this predictor's parameters.
   *
   * @returns the gradient's global norm; where it is not finite nothing was changed.
   */
  descend(optimizer: AdamW, learningRate: number, loss: () => tf.Scalar): number {
    const { value, grads } = tf.variableGrads(loss, [...this.#variables.values()]);
    const byName = new Map<string, tf.Tensor>();
    for (const [name, variable] of this.#variables) byName.set(name, grads[variable.name]);
    const norm = optimizer.apply(this.#variables, byName, learningRate);
    tf.dispose([value, ...byName.values()]);
    return norm;
  }

  /** A copy of all variables in plain memory. */
  weights(): PredictorWeights {
    const weights = new Map<string, Float32Array>();
    for (const [name, variable] of this.#variables) weights.set(name, variable.dataSync<"float32">().slice());
    return weights;
  }

  /** @throws EspalierError where the weights are another predictor's. */
  assign(weights: PredictorWeights): void {
    for (const [name, values] of weights) {
      const variable = this.#variables.get(name);
      if (variable?.size !== values.length) {
        throw new EspalierError(
          `The saved predictor's ${name} are ${values.length} values, these options want ${variable?.size ?? "none"}; it belongs to another search.`,
        );
      }
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}

/** Prompt embeddings of samples, padded; the answers' rows are left out. The caller disposes both tensors. */
export function promptBatch(samples: readonly PreparedSample[]): PromptBatch {
  const longest = Math.max(...samples.map(({ promptLength }) => promptLength));
  const rows = tf.tidy(() =>
    tf.stack(
      samples.map(({ embeddings, promptLength }) =>
        tf.pad(tf.slice(embeddings, [0, 0], [promptLength, -1]), [
          [0, longest - promptLength],
          [0, 0],
        ]),
      ),
    ),
  ) as tf.Tensor3D;
  const present = new Float32Array(samples.length * longest);
  samples.forEach(({ promptLength }, b) => {
    present.fill(1, b * longest, b * longest + promptLength);
  });
  return { rows, present: tf.tensor2d(present, [samples.length, longest]) };
}
