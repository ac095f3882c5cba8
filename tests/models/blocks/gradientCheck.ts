/** Holds a block and its hand-written pullback against plain TensorFlow.js operations and their own gradients. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { type Pullback, Random, Tape } from "../../../src/tensor/index.js";

/** Normal numbers, the same for the same seed. */
export function randomTensor<T extends tf.Tensor>(shape: number[], seed: number, scale = 1): T {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  ) as T;
}

/** Largest difference relative to the largest number of `wanted` (or to 1, where that is larger). */
export function relativeError(found: tf.Tensor, wanted: tf.Tensor): number {
  assert.deepEqual(found.shape, wanted.shape);
  const a = found.dataSync();
  const b = wanted.dataSync();
  let difference = 0;
  let magnitude = 1;
  for (let i = 0; i < a.length; i++) {
    const delta = Math.abs(a[i] - b[i]);
    if (!(delta <= difference)) difference = delta;
    magnitude = Math.max(magnitude, Math.abs(b[i]));
  }
  return difference / magnitude;
}

/** Keeps what is recorded, so that pullbacks can be asked for single gradients. */
class WatchedTape extends Tape {
  readonly records: {
    shape: number[];
    inputs: readonly number[][];
    saved: readonly tf.Tensor[];
    pullback: Pullback;
  }[] = [];

  override record(
    output: tf.Tensor,
    inputs: readonly tf.Tensor[],
    saves: readonly tf.Tensor[],
    pullback: Pullback,
  ): void {
    const saved = saves.map((tensor) => tf.keep(tf.clone(tensor)));
    this.records.push({ shape: output.shape, inputs: inputs.map(({ shape }) => shape), saved, pullback });
    super.record(output, inputs, saves, pullback);
  }

  override dispose(): void {
    for (const { saved } of this.records) tf.dispose([...saved]);
    super.dispose();
  }
}

/**
 * Checks values with and without tape, gradients of every input, that unwanted gradients are not computed, and that
 * nothing leaks.
 *
 * @param block the block over `inputs`.
 * @param plain the same from differentiable TensorFlow.js operations.
 */
export function checkBlock(
  inputs: readonly tf.Tensor[],
  block: (inputs: readonly tf.Tensor[], tape?: Tape) => tf.Tensor,
  plain: (inputs: readonly tf.Tensor[]) => tf.Tensor,
  tolerance = 2e-5,
): void {
  const before = tf.memory().numTensors;
  const wanted = tf.tidy(() => plain(inputs));
  const free = block(inputs);
  assert.isBelow(relativeError(free, wanted), tolerance, "value without tape");
  assert.equal(tf.memory().numTensors, before + 2, "a block without tape keeps only its result");
  free.dispose();
  const seed = randomTensor(wanted.shape, 99);

  const tape = new WatchedTape();
  for (const input of inputs) tape.watch(input);
  const output = block(inputs, tape);
  assert.isBelow(relativeError(output, wanted), tolerance, "value with tape");
  const { records } = tape;
  for (const { inputs: own, pullback, saved, shape } of records) {
    // Each gradient alone: the others are not computed.
    const dy = randomTensor(shape, 98);
    for (let i = 0; i < own.length; i++) {
      const needs = own.map((_, j) => j === i);
      const alone = tf.tidy(() => {
        const gradients = pullback(dy, needs, saved);
        for (const beyond of gradients.slice(own.length)) assert.isNull(beyond, "a gradient of no input");
        const computed = gradients.map((gradient, j) => (gradient && gradient !== dy ? j : -1)).filter((j) => j >= 0);
        for (const j of computed) assert.isTrue(needs[j], `gradient ${j} was computed, only ${i} was wanted`);
        assert.deepEqual(gradients[i]?.shape, own[i]);
        return gradients[i]!.clone();
      });
      alone.dispose();
    }
    dy.dispose();
  }
  tape.accumulate(output, seed.clone());
  tape.backward();
  const theirs = tf.tidy(() =>
    tf.grads((...leaves: tf.Tensor[]) => tf.sum(tf.mul(plain(leaves), seed)) as tf.Scalar)([...inputs]),
  );
  inputs.forEach((input, i) => {
    const ours = tape.gradient(input);
    assert.isDefined(ours, `gradient of input ${i}`);
    assert.isBelow(relativeError(ours!, theirs[i]), tolerance, `gradient of input ${i}`);
  });
  tape.dispose();
  tf.dispose([output, wanted, seed, ...theirs]);
  assert.equal(tf.memory().numTensors, before, "tensors left");
}
