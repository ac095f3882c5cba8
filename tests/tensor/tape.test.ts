import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { Tape, useBackend } from "../../src/tensor/index.js";

/** x², recorded; counts how often its pullback is asked. */
function square(x: tf.Tensor, tape: Tape, asked: { count: number } = { count: 0 }): tf.Tensor {
  const y = tf.square(x);
  tape.record(y, [x], [x], (dy, _, [saved]) => {
    asked.count++;
    return [tf.mul(dy, tf.mul(saved, 2))];
  });
  return y;
}

/** a·b, recorded, computing only what is wanted. */
function product(a: tf.Tensor, b: tf.Tensor, tape: Tape, wanted: boolean[][] = []): tf.Tensor {
  const y = tf.mul(a, b);
  tape.record(y, [a, b], [a, b], (dy, needs, [first, second]) => {
    wanted.push([...needs]);
    return [needs[0] ? tf.mul(dy, second) : null, needs[1] ? tf.mul(dy, first) : null];
  });
  return y;
}

describe("Tape", () => {
  let before = 0;
  beforeEach(async () => {
    await useBackend();
    before = tf.memory().numTensors;
    // Outputs belong to the scope they are made in, not to the tape; what a tape keeps outlives the scope, and would show.
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
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
    tape.record(y, [x, x], [], (dy) => [dy, dy]);
    tape.accumulate(y, tf.scalar(3));
    tape.backward();
    assert.equal(tape.gradient(x)!.dataSync()[0], 6);
    tape.dispose();
    x.dispose();
  });

  it("keeps what operations save, and nothing else, until it was walked or is disposed", () => {
    for (const end of ["walked", "disposed"]) {
      const x = tf.scalar(3);
      const tape = new Tape();
      tape.watch(x);
      const start = tf.memory().numTensors;
      const y = square(x, tape);
      const z = square(y, tape);
      const extra = tf.scalar(8);
      tape.own(extra);
      const seed = tf.scalar(1);
      // Whoever made them lets go of them.
      tf.dispose([x, y]);
      tape.accumulate(z, seed);
      z.dispose();
      // The seed, two saved handles, and what was handed over; x is gone.
      assert.equal(tf.memory().numTensors, start - 1 + 4);
      if (end === "walked") {
        tape.backward();
        // dz/dx = 4x³
        assert.equal(tape.gradient(x)!.dataSync()[0], 108);
        assert.equal(tf.memory().numTensors, start - 1 + 2);
      }
      tape.dispose();
      assert.isTrue(extra.isDisposed);
      assert.isTrue(seed.isDisposed);
      assert.equal(tf.memory().numTensors, start - 1);
    }
  });

  it("holds on to gradients and handed tensors when a surrounding scope ends", () => {
    const x = tf.scalar(2);
    const tape = new Tape();
    tape.watch(x);
    const extra = tf.tidy(() => {
      const y = square(x, tape);
      tape.accumulate(y, tf.scalar(1));
      tape.backward();
      const owned = tf.scalar(5);
      tape.own(owned);
      return owned;
    });
    assert.equal(tape.gradient(x)!.dataSync()[0], 4);
    assert.equal(extra.dataSync()[0], 5);
    tape.dispose();
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
      tf.tidy(() => {
        const tape = new Tape();
        tape.watch(x);
        const y = product(square(x, tape), x, tape);
        tape.accumulate(y, tf.onesLike(y));
        tape.backward();
        tape.dispose();
      });
    }
    assert.equal(tf.memory().numTensors, start.numTensors);
    assert.equal(tf.memory().numBytes, start.numBytes);
    x.dispose();
  });
});
