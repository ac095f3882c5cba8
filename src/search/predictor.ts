/**
 * The predictor: from a prompt and a budget to the parameters of a kernel function (METHOD §6).
 *
 * A table holds one parameter row for each budget, and one network serves all budgets and samples with what is to be added to
 * it. Two ablations say what conditioning is worth: with `budget` the network sees the budget alone, with `constant` there is
 * none.
 */
import * as tf from "@tensorflow/tfjs";
import { EspalierError } from "../errors.js";
import type { PreparedSample } from "../evaluation/index.js";
import { add, gatherRows, gelu, layerNorm, linear } from "../models/index.js";
import type { KernelFunction } from "../schedules/index.js";
import { type AdamW, Random, Tape } from "../tensor/index.js";
import { modulate, pool } from "./predictorBlocks.js";

/**
 * Every conditioning of the predictor; the first is the default.
 *
 * @example
 * for (const conditioning of CONDITIONINGS) await study.search({ conditioning }); // "input", "budget", "constant"
 */
export const CONDITIONINGS = ["input", "budget", "constant"] as const;
/** What the predictor sees: the prompt and the budget, the budget alone, or neither (a table of rows, one a budget). */
export type Conditioning = (typeof CONDITIONINGS)[number];

export interface PredictorOptions {
  readonly conditioning: Conditioning;
  /** H, the decoder's width. */
  readonly hidden: number;
  readonly layers: number;
  readonly kernel: KernelFunction;
  /** Budgets of the table; others read the nearest two, linearly between. Normalised, ascending. */
  readonly budgets: readonly number[];
  readonly seed: number;
}

/** Prompt rows of a batch: embeddings [B·N, H], padded, and each row's weight in its sample's mean, [B, N]; 0 for padding. */
export interface PromptBatch {
  readonly rows: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
}

/** A predictor's variables in plain memory: its table, all its matrices one after the other, and all its vectors. */
export type PredictorWeights = ReadonlyMap<string, Float32Array>;

/** A parameter as it begins. */
interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Learning rates of one step: a row of the table is one budget's own, the network is everybody's. */
export interface LearningRates {
  readonly table: number;
  readonly network: number;
}

/** The variable that holds the table. */
const TABLE = "table";

/** A predictor's answer, and the way back from it. Owns its tensors. */
export class PredictorPass {
  /** [B, P] parameters of the kernel function. */
  readonly parameters: tf.Tensor2D;
  readonly #predictor: Predictor;
  readonly #leaves: ReadonlyMap<string, tf.Tensor>;
  readonly #tape: Tape;

  constructor(predictor: Predictor, leaves: ReadonlyMap<string, tf.Tensor>, parameters: tf.Tensor2D, tape: Tape) {
    this.#predictor = predictor;
    this.#leaves = leaves;
    this.parameters = parameters;
    this.#tape = tape;
  }

  /**
   * One optimiser step. Call it once.
   *
   * @param rates of this step.
   * @param dParameters [B, P]: gradient of the objective with respect to `parameters`; owned by the caller.
   * @returns the gradient's global norm; where it is not finite nothing was changed.
   */
  descend(optimizer: AdamW, rates: LearningRates, dParameters: tf.Tensor2D): number {
    return tf.tidy(() => {
      this.#tape.accumulate(this.parameters, tf.clone(dParameters));
      this.#tape.backward();
      const gradients = this.#predictor.joined((name) => this.#tape.gradient(this.#leaves.get(name)!));
      return optimizer.apply(this.#predictor.variables, gradients, (group) =>
        group === TABLE ? rates.table : rates.network,
      );
    });
  }

  dispose(): void {
    this.#tape.dispose();
    tf.dispose([this.parameters, ...this.#leaves.values()]);
  }
}

/** The network that turns a prompt's embeddings and a budget into parameters of a kernel function (METHOD §6). */
export class Predictor {
  readonly options: PredictorOptions;
  readonly #parts = new Map<string, Part[]>();
  /** The table and two variables for the rest hold every parameter: an optimiser's step is a few large operations and not hundreds of small ones. */
  readonly #variables = new Map<string, tf.Variable>();

  /** Starts every budget at the kernel function's own initial schedule. Owns its variables. */
  constructor(options: PredictorOptions) {
    this.options = options;
    const { hidden, layers, kernel, conditioning, budgets } = options;
    const random = new Random(options.seed).fork("predictor");
    const parameters = kernel.parameterCount(layers);
    const initial = kernel.initial(layers);
    const table = new Float32Array(budgets.length * parameters);
    for (let row = 0; row < budgets.length; row++) table.set(initial, row * parameters);
    const list: Part[] = [{ name: TABLE, shape: [budgets.length, parameters], values: table }];
    if (conditioning === "constant") {
      this.#create(list);
      return;
    }
    const wide = Math.max(8, Math.floor(hidden / 2));
    const middle = Math.max(8, Math.floor(hidden / 4));
    const narrow = Math.max(8, Math.floor(hidden / 8));
    const layer = (name: string, input: number, output: number, scale = 1) => {
      const weights = Float32Array.from({ length: input * output }, () => (scale * random.normal()) / Math.sqrt(input));
      list.push({ name: `${name}.weight`, shape: [output, input], values: weights });
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
    // The network starts by adding nothing.
    layer("head.2", 128, parameters, 0);
    this.#create(list);
  }

  #create(list: readonly Part[]): void {
    for (const [group, rank, belongs] of [
      [TABLE, 2, ({ name }: Part) => name === TABLE],
      ["matrices", 2, ({ name, shape }: Part) => name !== TABLE && shape.length === 2],
      ["vectors", 1, ({ shape }: Part) => shape.length === 1],
    ] as const) {
      const members = list.filter(belongs);
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
   * Gradients in the shape of the variables, in the caller's scope.
   *
   * @param gradientOf a parameter's gradient by its name; undefined where it has none.
   */
  joined(gradientOf: (name: string) => tf.Tensor | undefined): Map<string, tf.Tensor> {
    return new Map(
      [...this.#parts].map(([group, parts]) => {
        const flat = parts.map(({ name, values }) => tf.reshape(gradientOf(name) ?? tf.zeros([values.length]), [-1]));
        return [group, tf.reshape(tf.concat(flat), this.#variables.get(group)!.shape)];
      }),
    );
  }

  /**
   * @param prompts the batch's prompts; null is enough unless the conditioning is `input`.
   * @param budgets [B] normalised.
   * @returns [B, P] parameters of the kernel function, in the caller's scope.
   */
  parameters(prompts: PromptBatch | null, budgets: ArrayLike<number>): tf.Tensor2D {
    return tf.tidy(() => this.#forward(this.#named(), prompts, budgets));
  }

  /** `parameters` with the way back; the caller disposes it. */
  pass(prompts: PromptBatch | null, budgets: ArrayLike<number>): PredictorPass {
    const tape = new Tape();
    let leaves!: Map<string, tf.Tensor>;
    const parameters = tf.tidy(() => {
      leaves = this.#named();
      for (const leaf of leaves.values()) tape.watch(tf.keep(leaf));
      return this.#forward(leaves, prompts, budgets, tape);
    });
    return new PredictorPass(this, leaves, parameters, tape);
  }

  #forward(
    named: ReadonlyMap<string, tf.Tensor>,
    prompts: PromptBatch | null,
    budgets: ArrayLike<number>,
    tape?: Tape,
  ): tf.Tensor2D {
    const { conditioning } = this.options;
    const row = this.#lookUp(named.get(TABLE) as tf.Tensor2D, budgets, tape);
    if (conditioning === "constant") return row;
    const vector = (name: string) => named.get(name) as tf.Tensor1D;
    const apply = (name: string, x: tf.Tensor2D) =>
      linear(x, { weight: named.get(`${name}.weight`) as tf.Tensor2D, bias: vector(`${name}.bias`) }, tape);
    const budget = tf.tensor2d(Float32Array.from(budgets), [budgets.length, 1]);
    const code = gelu(apply("budget.1", gelu(apply("budget.0", budget), tape)), tape); // [B, H/4]
    if (conditioning === "input" && !prompts) {
      throw new EspalierError("This predictor is conditioned on the prompt; give it the prompts' embeddings.");
    }
    const read = conditioning === "input" ? prompts : null;
    let x = read ? apply("project", read.rows) : code; // [B·N, H/2], or [B, H/4]
    for (const name of ["block1", "block2"]) {
      const inner = apply(`${name}.out`, gelu(apply(`${name}.in`, x), tape));
      x = modulate(add(apply(`${name}.skip`, x), inner, tape), apply(`${name}.film`, code), tape);
    }
    if (read) x = pool(x, read.weights, tape); // [B, H/8]
    x = layerNorm(x, { weight: vector("norm.weight"), bias: vector("norm.bias") }, 1e-5, tape);
    const change = apply("head.2", gelu(apply("head.1", gelu(apply("head.0", x), tape)), tape));
    return add(row, change, tape);
  }

  /** Rows of the table, linear between its budgets. */
  #lookUp(table: tf.Tensor2D, budgets: ArrayLike<number>, tape?: Tape): tf.Tensor2D {
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
    const y = tf.matMul(rows, table) as tf.Tensor2D;
    tape?.record(y, [table], [rows], (dy, _, [mix]) => [tf.matMul(mix, dy, true, false)]);
    return y;
  }

  /**
   * Replaces the table.
   *
   * @param rows [budgets][P], one for each of the table's budgets.
   */
  setTable(rows: readonly ArrayLike<number>[]): void {
    this.assign(new Map([[TABLE, Float32Array.from(rows.flatMap((row) => Array.from(row)))]]));
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
  const weights = new Float32Array(samples.length * longest);
  const index = new Int32Array(samples.length * longest);
  let first = 0;
  samples.forEach(({ ids, promptLength }, b) => {
    weights.fill(1 / promptLength, b * longest, b * longest + promptLength);
    for (let i = 0; i < promptLength; i++) index[b * longest + i] = first + i;
    first += ids.length;
  });
  const rows = tf.tidy(() => {
    const all = tf.concat(
      samples.map(({ embeddings }) => embeddings),
      0,
    );
    return gatherRows(all as tf.Tensor2D, index);
  });
  return { rows, weights: tf.tensor2d(weights, [samples.length, longest]) };
}
