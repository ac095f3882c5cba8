import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { attention, denseMask, MASKED, probedAttention } from "../../../src/models/blocks/index.js";
import { causalMask, layoutFrom, otherTokens } from "../../../src/models/index.js";
import { Tape, useBackend } from "../../../src/tensor/index.js";
import { randomTensor, relativeError } from "./gradientCheck.js";

const N = 7;
const d = 4;
/** Who is there, and who has just been dropped. */
const KEPT = [0, 1, 3, 4, 6];
const DROPPED = [2, 5];

function pick(x: tf.Tensor4D, places: readonly number[]): tf.Tensor4D {
  return tf.gather(x, tf.tensor1d([...places], "int32"), 2);
}

describe("a probe of plain attention", () => {
  before(() => useBackend());

  for (const [heads, groups, scale, atOnce] of [
    [4, 4, 1, 1e9],
    [4, 2, 1, 1e9],
    // Two queries at a time.
    [4, 2, 1, 2 * 2 * 4 * KEPT.length],
    // Dropped keys that outweigh every kept one.
    [2, 1, 40, 1e9],
    [2, 1, 40, 1],
  ]) {
    it(`gives the secant gradients of a policy that drops keys: ${heads} heads over ${groups}, logits × ${scale}, ${atOnce} at once`, () => {
      tf.tidy(() => {
        const q = randomTensor<tf.Tensor4D>([2, heads, N, d], 1);
        const stretch = tf.tensor4d(
          Array.from({ length: N }, (_, i) => (DROPPED.includes(i) ? scale : 1)),
          [1, 1, N, 1],
        );
        const k = tf.mul(randomTensor([2, groups, N, d], 2), stretch) as tf.Tensor4D;
        const v = randomTensor<tf.Tensor4D>([2, groups, N, d], 3);
        const seed = pick(randomTensor<tf.Tensor4D>([2, heads, N, d], 4), KEPT);

        // All keys in the graph, the dropped ones with weight 0; only the kept rows ask.
        const all = layoutFrom([[0, 1, 2, 3, 4, 5, 6]]);
        const rows = layoutFrom([KEPT]);
        const keys = tf.tensor2d(
          Array.from({ length: 2 * N }, (_, i) => (DROPPED.includes(i % N) ? 0 : 1)),
          [2, N],
        );
        const masked = new Tape();
        const [askMasked, kMasked] = [tf.clone(pick(q, KEPT)), tf.clone(k)];
        for (const leaf of [askMasked, kMasked, v, keys]) masked.watch(leaf);
        const mask = causalMask(rows, all);
        const other = otherTokens(rows, all);
        const wanted = attention(askMasked, kMasked, v, mask, { keys, other, gradient: "secant" }, masked);
        masked.accumulate(wanted, tf.clone(seed));
        masked.backward();

        const probed = new Tape();
        const [ask, kKept, vKept] = [pick(q, KEPT), pick(k, KEPT), pick(v, KEPT)];
        const kept = tf.zeros([2, KEPT.length]) as tf.Tensor2D;
        const leaf = tf.zeros([2, DROPPED.length]) as tf.Tensor2D;
        for (const one of [ask, kKept, vKept, kept, leaf]) probed.watch(one);
        const dropped = {
          keys: pick(k, DROPPED),
          values: pick(v, DROPPED),
          mask: causalMask(rows, layoutFrom([DROPPED])),
          leaf,
        };
        const own = causalMask(rows, rows);
        const probe = { kept, square: true, dropped };
        const context = probedAttention(ask, kKept, vKept, own, probe, probed, { atOnce });
        probed.accumulate(context, tf.clone(seed));
        probed.backward();

        assert.isBelow(relativeError(context, wanted), 1e-6);
        const dKeys = masked.gradient(keys)!;
        const columns = (places: readonly number[]) => tf.gather(dKeys, tf.tensor1d([...places], "int32"), 1);
        assert.isBelow(relativeError(probed.gradient(kept)!, columns(KEPT)), 2e-5, "kept keys");
        assert.isBelow(relativeError(probed.gradient(leaf)!, columns(DROPPED)), 2e-5, "dropped keys");
        assert.isAbove(Math.max(...columns(DROPPED).abs().dataSync()), 1e-3);
        assert.isBelow(relativeError(probed.gradient(ask)!, masked.gradient(askMasked)!), 2e-5, "queries");
        assert.isBelow(
          relativeError(probed.gradient(kKept)!, pick(masked.gradient(kMasked)! as tf.Tensor4D, KEPT)),
          2e-5,
        );
        assert.isBelow(relativeError(probed.gradient(vKept)!, pick(masked.gradient(v)! as tf.Tensor4D, KEPT)), 2e-5);
        masked.dispose();
        probed.dispose();
      });
    });
  }

  it("leaves a token's own key out of its worth only where rows and keys are the same", () => {
    tf.tidy(() => {
      const [q, k, v] = [10, 11, 12].map((seed) => randomTensor<tf.Tensor4D>([1, 2, 3, d], seed));
      const rows = layoutFrom([[0, 1, 2]]);
      const own = causalMask(rows, rows);
      const worth = (square: boolean) => {
        const tape = new Tape();
        const kept = tf.zeros([1, 3]) as tf.Tensor2D;
        tape.watch(kept);
        const context = probedAttention(q, k, v, own, { kept, square, dropped: null }, tape);
        tape.accumulate(context, tf.onesLike(context));
        tape.backward();
        const values = [...tape.gradient(kept)!.dataSync()];
        tape.dispose();
        return values;
      };
      // The last key is seen by itself alone.
      assert.closeTo(worth(true)[2], 0, 1e-6);
      assert.isAbove(Math.abs(worth(false)[2]), 1e-3);
    });
  });

  it("is the same in pieces where rows are padded: samples of different lengths", () => {
    tf.tidy(() => {
      const rows = layoutFrom([[0, 1, 2, 3, 4, 5, 6], [0, 1], []]);
      const [q, k, v] = [2, 2, 1].map((heads, i) => randomTensor<tf.Tensor4D>([3, i === 0 ? 2 : heads, 7, d], 30 + i));
      const keys = tf.slice(k, [0, 0, 0, 0], [3, 1, 7, d]);
      const seed = tf.mul(
        randomTensor<tf.Tensor4D>([3, 2, 7, d], 33),
        // What padding computes counts for nothing.
        tf.tensor4d(
          Array.from(rows.index, (place) => (place < 0 ? 0 : 1)),
          [3, 1, 7, 1],
        ),
      ) as tf.Tensor4D;
      const worth = (atOnce: number) => {
        const tape = new Tape();
        const kept = tf.zeros([3, 7]) as tf.Tensor2D;
        tape.watch(kept);
        const probe = { kept, square: true, dropped: null };
        const context = probedAttention(q, keys, v, causalMask(rows, rows, { window: 3 }), probe, tape, { atOnce });
        tape.accumulate(context, tf.clone(seed));
        tape.backward();
        const values = tape.takeGradient(kept)!;
        tape.dispose();
        return values;
      };
      const whole = worth(1e9);
      assert.isAbove(Math.max(...whole.abs().dataSync()), 1e-3);
      for (const pieces of [1, 3 * 2 * 7 * 2, 3 * 2 * 7 * 3]) assert.isBelow(relativeError(worth(pieces), whole), 1e-5);
    });
  });

  it("gives a dropped key that no query sees nothing", () => {
    tf.tidy(() => {
      const [q, k, v] = [20, 21, 22].map((seed) => randomTensor<tf.Tensor4D>([1, 2, 3, d], seed));
      const rows = layoutFrom([[0, 1, 2]]);
      const tape = new Tape();
      const leaf = tf.zeros([1, 1]) as tf.Tensor2D;
      tape.watch(leaf);
      const one = randomTensor<tf.Tensor4D>([1, 2, 1, d], 23);
      const dropped = { keys: one, values: one, mask: denseMask(tf.fill([1, 1, 3, 1], MASKED)), leaf };
      const kept = tf.zeros([1, 3]) as tf.Tensor2D;
      const context = probedAttention(q, k, v, causalMask(rows, rows), { kept, square: true, dropped }, tape);
      tape.accumulate(context, tf.onesLike(context));
      tape.backward();
      assert.equal(tape.gradient(leaf)!.dataSync()[0], 0);
      tape.dispose();
    });
  });
});
