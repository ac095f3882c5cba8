/**
 * A reverse-mode tape over tensors, in the open.
 *
 * TensorFlow.js' own tape runs a whole forward and backward pass in one synchronous call, evaluates every input gradient of
 * a custom operation, and keeps no hook between layers. A search must answer an interrupt between layers, must never
 * compute a gradient for a frozen weight, and wants few, large, hand-differentiated operations. So operations record
 * themselves here, and whoever drives the backward pass may pause between two of them.
 *
 * Source: METHOD §10; reverse accumulation as in Griewank & Walther, Evaluating Derivatives, ch. 3.
 */
import * as tf from "@tensorflow/tfjs";

/**
 * The gradient of one recorded operation.
 *
 * @param dy gradient of the objective with respect to the operation's output, shape of the output; owned by the tape.
 * @param needs for each recorded input, whether its gradient is wanted; an unwanted one must not be computed.
 * @param saved what the operation saved, in its order; owned by the tape.
 * @returns one entry per recorded input: a tensor with the input's shape (a fresh one each, or `dy` itself), now owned by
 *   the tape, or null where unwanted.
 */
export type Pullback = (dy: tf.Tensor, needs: readonly boolean[], saved: readonly tf.Tensor[]) => (tf.Tensor | null)[];

interface Entry {
  readonly output: number;
  readonly inputs: readonly number[];
  readonly needs: readonly boolean[];
  readonly saved: readonly tf.Tensor[];
  readonly pullback: Pullback;
}

/**
 * Records operations on watched tensors and what is derived from them, then walks them backwards.
 *
 * Life cycle: `watch` leaves, run operations that call `record`, `backward` once, read `gradient` of the leaves, `dispose`.
 *
 * The tape owns gradients and its own handles of what operations save, never an operation's inputs or outputs: those belong
 * to the scope they were made in and may be released as soon as no later operation reads them. So a layer may run in
 * `tf.tidy`, and between forward and backward only what some gradient needs is in memory.
 */
export class Tape {
  readonly #entries: Entry[] = [];
  readonly #needed = new Set<number>();
  readonly #gradients = new Map<number, tf.Tensor>();
  readonly #owned: tf.Tensor[] = [];

  /** Marks a leaf whose gradient is wanted. Watching it twice does nothing. */
  watch(leaf: tf.Tensor): void {
    this.#needed.add(leaf.id);
  }

  /** Whether a gradient flows into this tensor, so that an operation on it is worth recording. */
  needs(tensor: tf.Tensor): boolean {
    return this.#needed.has(tensor.id);
  }

  /**
   * Records one operation. Nothing is saved where no input needs a gradient.
   *
   * @param saves tensors that the pullback reads; they are shared, not copied, and may be disposed by their owner.
   */
  record(output: tf.Tensor, inputs: readonly tf.Tensor[], saves: readonly tf.Tensor[], pullback: Pullback): void {
    const needs = inputs.map((input) => this.#needed.has(input.id));
    if (!needs.includes(true)) return;
    this.#needed.add(output.id);
    const saved = saves.map((tensor) => tf.keep(tf.clone(tensor)));
    this.#entries.push({ output: output.id, inputs: inputs.map(({ id }) => id), needs, saved, pullback });
  }

  /** Hands tensors to the tape, to be released with it. */
  own(...tensors: readonly tf.Tensor[]): void {
    for (const tensor of tensors) this.#owned.push(tf.keep(tensor));
  }

  /**
   * Adds `gradient` to what has accumulated for `tensor`. Starts a backward pass at an output, or injects a gradient that
   * was computed outside of the tape. Takes ownership of `gradient`.
   */
  accumulate(tensor: tf.Tensor, gradient: tf.Tensor): void {
    this.#accumulate(tensor.id, gradient);
  }

  #accumulate(id: number, gradient: tf.Tensor): void {
    const before = this.#gradients.get(id);
    if (before === undefined) {
      this.#gradients.set(id, tf.keep(gradient));
      return;
    }
    this.#gradients.set(id, tf.keep(tf.add(before, gradient)));
    before.dispose();
    gradient.dispose();
  }

  /** Number of recorded operations not yet walked: a mark for `backward(downTo)`. */
  get length(): number {
    return this.#entries.length;
  }

  /**
   * Walks recorded operations backwards from the newest and accumulates gradients; what an operation saved is released once
   * it was walked. Gradients must have been seeded with `accumulate`. An operation whose output received none is skipped.
   *
   * @param downTo stop when this many operations are left; default 0. Calling again goes on from there, so a driver can
   *   answer events between layers.
   */
  backward(downTo = 0): void {
    while (this.#entries.length > downTo) {
      const { output, inputs, needs, saved, pullback } = this.#entries.pop()!;
      const dy = this.#gradients.get(output);
      if (dy !== undefined) {
        const gradients = tf.tidy(
          () => pullback(dy, needs, saved).map((g) => (g === dy ? tf.clone(dy) : g)) as tf.Tensor[],
        );
        this.#gradients.delete(output);
        dy.dispose();
        inputs.forEach((input, i) => {
          const gradient = gradients[i];
          if (gradient && needs[i]) this.#accumulate(input, gradient);
          else gradient?.dispose();
        });
      }
      tf.dispose([...saved]);
    }
  }

  /** The gradient accumulated for a leaf, or undefined where none arrived. Owned by the tape. */
  gradient(leaf: tf.Tensor): tf.Tensor | undefined {
    return this.#gradients.get(leaf.id);
  }

  /** Like `gradient`, and the caller owns the result. */
  takeGradient(leaf: tf.Tensor): tf.Tensor | undefined {
    const gradient = this.#gradients.get(leaf.id);
    this.#gradients.delete(leaf.id);
    return gradient;
  }

  /** Releases every tensor that the tape owns. Harmless when called twice. */
  dispose(): void {
    for (const tensor of this.#owned) tensor.dispose();
    for (const { saved } of this.#entries) tf.dispose([...saved]);
    for (const gradient of this.#gradients.values()) gradient.dispose();
    this.#owned.length = 0;
    this.#entries.length = 0;
    this.#gradients.clear();
  }
}
