/** AdamW with decoupled weight decay (Loshchilov & Hutter, arXiv 1711.05101). */
import * as tf from "@tensorflow/tfjs";

export interface AdamWOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Share of a weight lost per step and unit of learning rate; default 0.01. Not applied to vectors (norms, biases). */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this global norm; default none. */
  readonly clipNorm?: number;
}

interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

/** What an optimiser must remember to go on exactly where it was: its step count and both moments of each variable. */
export interface AdamWState {
  readonly step: number;
  readonly moments: ReadonlyMap<string, { readonly first: Float32Array; readonly second: Float32Array }>;
}

/** Optimises named variables in place. Owns its moments: 2 × the variables' memory. */
export class AdamW {
  readonly #options: Required<Omit<AdamWOptions, "clipNorm">> & { clipNorm: number | null };
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(options: AdamWOptions = {}) {
    this.#options = {
      beta1: options.beta1 ?? 0.9,
      beta2: options.beta2 ?? 0.999,
      epsilon: options.epsilon ?? 1e-8,
      weightDecay: options.weightDecay ?? 0.01,
      clipNorm: options.clipNorm ?? null,
    };
  }

  /** Number of steps taken. */
  get step(): number {
    return this.#step;
  }

  /**
   * One step.
   *
   * @param variables by name.
   * @param gradients by the same names; a variable without one is left alone. Owned by the caller.
   * @param learningRate of this step, one for all variables or each its own by name.
   * @returns the gradients' global norm before clipping; NaN or infinite norms leave every variable untouched.
   */
  apply(
    variables: ReadonlyMap<string, tf.Variable>,
    gradients: ReadonlyMap<string, tf.Tensor>,
    learningRate: number | ((name: string) => number),
  ): number {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    const norm = tf.tidy(() => {
      const squares = [...gradients.values()].map((g) => tf.sum(tf.square(g)));
      return Math.sqrt(squares.length ? tf.addN(squares).dataSync()[0] : 0);
    });
    if (!Number.isFinite(norm)) return norm;
    const scale = clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1;
    this.#step++;
    const correction1 = 1 - beta1 ** this.#step;
    const correction2 = 1 - beta2 ** this.#step;
    for (const [name, gradient] of gradients) {
      const variable = variables.get(name)!;
      const { first, second } = this.#momentsOf(name, variable);
      const rate = typeof learningRate === "number" ? learningRate : learningRate(name);
      tf.tidy(() => {
        const g = scale === 1 ? gradient : tf.mul(gradient, scale);
        first.assign(tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1)));
        second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2)));
        const root = tf.add(tf.sqrt(tf.mul(second, 1 / correction2)), epsilon);
        const decayed = variable.rank > 1 ? tf.mul(variable, 1 - rate * weightDecay) : variable;
        variable.assign(tf.sub(decayed, tf.div(tf.mul(first, rate / correction1), root)));
      });
    }
    return norm;
  }

  #momentsOf(name: string, variable: tf.Variable): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zeros = () => tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      moments = { first: zeros(), second: zeros() };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  /** A copy of the whole state in plain memory. */
  state(): AdamWState {
    const moments = new Map<string, { first: Float32Array; second: Float32Array }>();
    for (const [name, { first, second }] of this.#moments) {
      moments.set(name, { first: first.dataSync<"float32">().slice(), second: second.dataSync<"float32">().slice() });
    }
    return { step: this.#step, moments };
  }

  /** Continues from a state; shapes are those of `variables`. */
  restore(state: AdamWState, variables: ReadonlyMap<string, tf.Variable>): void {
    this.#step = state.step;
    for (const [name, saved] of state.moments) {
      const variable = variables.get(name)!;
      const { first, second } = this.#momentsOf(name, variable);
      tf.tidy(() => {
        first.assign(tf.tensor(saved.first, variable.shape));
        second.assign(tf.tensor(saved.second, variable.shape));
      });
    }
  }

  dispose(): void {
    for (const { first, second } of this.#moments.values()) tf.dispose([first, second]);
    this.#moments.clear();
  }
}
