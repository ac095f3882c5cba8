import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { Tape, useBackend } from "../../src/tensor/index.js";

/** x², recorded; counts how often its pullback is asked. */
function square(x: tf.Tensor, tape: Tape, asked: { count: number } = { count: 0 }): tf.Tensor {
  const y = tf.square(x);
  tape.record(y, [x], (dy) => {
    asked.count++;
    return [tf.mul(dy, tf.mul(x, 2))];
  });
  return y;
}

/** a·b, recorded, computing only what is wanted. */
function product(a: tf.Tensor, b: tf.Tensor, tape: Tape, wanted: boolean[][] = []): tf.Tensor {
  const y = tf.mul(a, b);
  tape.record(y, [a, b], (dy, needs) => {
    wanted.push([...needs]);
    return [needs[0] ? tf.mul(dy, b) : null, needs[1] ? tf.mul(dy, a) : null];
  });
  return y;
}

describe("Tape", () => {
  let before = 0;
  beforeEach(async () => {
    await useBackend();
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    assert.equal(tf.memory().numTensors, before, "tensors left");
  });

  it("adds up gradients over every way from a leaf to the objective", () => {
    const x = tf.tensor1d([1, -2, 3]);
    const tape = new Tape();
    tape.watch(x);
    tape.watch(x);
    const y = product(square(x, tape), x, tape); // x³
    const z = product(y, x, tape); // x⁴
    tape.accumulate(z, tf.onesLike(z));
    tape.accumulate(y, tf.onesLike(y));
    tape.backward();
    // 4x³ + 3x²
    assert.deepEqual([...tape.gradient(x)!.dataSync()], [7, -20, 135]);
    assert.equal(tape.length, 0);
    tape.dispose();
    tape.dispose();
    assert.isFalse(x.isDisposed);
    x.dispose();
  });

  it("asks for no gradient of what is not watched, and records nothing that needs none", () => {
    const [x, frozen] = [tf.scalar(2), tf.scalar(5)];
    const tape = new Tape();
    tape.watch(x);
    const asked = { count: 0 };
    const aside = square(frozen, tape, asked);
    assert.equal(tape.length, 0);
    assert.isFalse(tape.needs(aside));
    const wanted: boolean[][] = [];
    const y = product(x, aside, tape, wanted);
    assert.isTrue(tape.needs(y));
    tape.accumulate(y, tf.scalar(1));
    tape.backward();
    assert.deepEqual(wanted, [[true, false]]);
    assert.equal(asked.count, 0);
    assert.equal(tape.gradient(x)!.dataSync()[0], 25);
    assert.isUndefined(tape.gradient(frozen));
    tape.dispose();
    tf.dispose([x, frozen]);
  });

  it("skips operations whose output received no gradient", () => {
    const x = tf.scalar(3);
    const tape = new Tape();
    tape.watch(x);
    const asked = { count: 0 };
    square(x, tape, asked);
    const y = square(x, tape);
    tape.accumulate(y, tf.scalar(1));
    tape.backward();
    assert.equal(asked.count, 0);
    assert.equal(tape.gradient(x)!.dataSync()[0], 6);
    tape.dispose();
    x.dispose();
  });

  it("walks back in parts, with gradients injected between them", () => {
    const x = tf.scalar(2);
    const tape = new Tape();
    tape.watch(x);
    const y = square(x, tape);
    const mark = tape.length;
    const z = square(y, tape);
    tape.accumulate(z, tf.scalar(1));
    tape.backward(mark);
    assert.equal(tape.length, mark);
    // dz/dy = 2y = 8, then something from outside.
    assert.equal(tape.gradient(y)!.dataSync()[0], 8);
    assert.isUndefined(tape.gradient(x));
    tape.accumulate(y, tf.scalar(100));
    tape.backward();
    assert.equal(tape.gradient(x)!.dataSync()[0], 108 * 4);
    tape.dispose();
    x.dispose();
  });

  it("takes a pullback that hands its gradient through, once for each input", () => {
    const x = tf.scalar(2);
    const tape = new Tape();
    tape.watch(x);
    const y = tf.add(x, x);
    tape.record(y, [x, x], (dy) => [dy, dy]);
    tape.accumulate(y, tf.scalar(3));
    tape.backward();
    assert.equal(tape.gradient(x)!.dataSync()[0], 6);
    tape.dispose();
    x.dispose();
  });

  it("owns outputs, saved tensors and gradients until it is disposed, also halfway", () => {
    const x = tf.scalar(2);
    const tape = new Tape();
    tape.watch(x);
    const saved = tf.scalar(7);
    const extra = tf.scalar(8);
    const y = tf.mul(x, 3);
    tape.record(y, [x], (dy) => [tf.mul(dy, saved)], [saved]);
    tape.own(extra);
    square(y, tape);
    tape.accumulate(y, tf.scalar(1));
    tape.dispose();
    for (const tensor of [y, saved, extra]) assert.isTrue(tensor.isDisposed);
    x.dispose();
  });

  it("gives a gradient away on request", () => {
    const x = tf.scalar(2);
    const tape = new Tape();
    tape.watch(x);
    const y = square(x, tape);
    tape.accumulate(y, tf.scalar(1));
    tape.backward();
    const gradient = tape.takeGradient(x)!;
    assert.isUndefined(tape.takeGradient(x));
    tape.dispose();
    assert.equal(gradient.dataSync()[0], 4);
    tf.dispose([gradient, x]);
  });

  it("keeps nothing of a thousand steps", () => {
    const x = tf.tensor1d([1, 2]);
    const start = tf.memory();
    for (let step = 0; step < 1000; step++) {
      const tape = new Tape();
      tape.watch(x);
      const y = product(square(x, tape), x, tape);
      tape.accumulate(y, tf.onesLike(y));
      tape.backward();
      tape.dispose();
    }
    assert.equal(tf.memory().numTensors, start.numTensors);
    assert.equal(tf.memory().numBytes, start.numBytes);
    x.dispose();
  });
});
