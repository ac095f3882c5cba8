import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { attendInPieces } from "../../../src/models/blocks/attention.js";
import { attention, attentionRows, type KeyPolicy, MASKED } from "../../../src/models/blocks/index.js";
import { causalBias, layoutFrom, otherTokens } from "../../../src/models/index.js";
import { Random, Tape, useBackend } from "../../../src/tensor/index.js";
import { checkBlock, randomTensor, relativeError } from "./gradientCheck.js";

/** Probabilities [B, h, N_q, N_k], written out: exponentials times weights over their sum, no group folding. */
function plainProbabilities(q: tf.Tensor, k: tf.Tensor, bias: tf.Tensor | null, weights: tf.Tensor | null): tf.Tensor {
  const [, heads, , d] = q.shape;
  const repeated = repeatHeads(k, heads);
  let logits = tf.div(tf.matMul(q, repeated, false, true), Math.sqrt(d));
  if (bias) logits = tf.add(logits, bias);
  const exponentials = tf.exp(logits);
  const weighted = weights ? tf.mul(exponentials, weights) : exponentials;
  return tf.div(weighted, tf.sum(weighted, -1, true));
}

/** Each key-value head for each of its query heads. */
function repeatHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const groups = x.shape[1]!;
  const order = Array.from({ length: heads }, (_, h) => Math.floor(h / (heads / groups)));
  return tf.gather(x, tf.tensor1d(order, "int32"), 1);
}

/** other·keys + (1 − other), [B, 1, N_q, N_k]. */
function plainWeights(keys: tf.Tensor, other: tf.Tensor): tf.Tensor {
  const wide = tf.reshape(keys, [keys.shape[0], 1, 1, keys.shape[1]!]);
  return tf.add(tf.mul(other, wide), tf.sub(1, other));
}

describe("attention", () => {
  const B = 2;
  const N = 6;
  const d = 4;
  const layout = layoutFrom([
    [0, 1, 2, 4, 5, 7],
    [0, 2, 3, 5],
  ]);
  let bias: tf.Tensor4D;
  let other: tf.Tensor4D;
  before(async () => {
    await useBackend();
    bias = causalBias(layout, layout, 4);
    other = otherTokens(layout, layout);
  });
  after(() => tf.dispose([bias, other]));

  for (const [heads, groups] of [
    [4, 4],
    [4, 2],
    [4, 1],
  ]) {
    const shapes = [
      [B, heads, N, d],
      [B, groups, N, d],
      [B, groups, N, d],
    ];
    it(`with ${heads} heads over ${groups} key-value heads`, () => {
      for (const mask of [null, bias]) {
        const inputs = shapes.map((shape, i) => randomTensor(shape, 20 + i));
        checkBlock(
          inputs,
          ([q, k, v], tape) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, mask, null, tape),
          ([q, k, v]) => tf.matMul(plainProbabilities(q, k, mask, null), repeatHeads(v, heads)),
        );
        tf.dispose(inputs);
      }
    });

    it(`with fractional key weights, ${heads} heads over ${groups}; a token always sees itself`, () => {
      const random = new Random(7);
      const weights = Float32Array.from({ length: B * N }, (_, i) => (i % 5 === 3 ? 1 : random.between(0.05, 0.95)));
      const inputs = [...shapes.map((shape, i) => randomTensor(shape, 30 + i)), tf.tensor2d(weights, [B, N])];
      checkBlock(
        inputs,
        ([q, k, v, keys], tape) =>
          attention(
            q as tf.Tensor4D,
            k as tf.Tensor4D,
            v as tf.Tensor4D,
            bias,
            { keys: keys as tf.Tensor2D, other },
            tape,
          ),
        ([q, k, v, keys]) =>
          tf.matMul(plainProbabilities(q, k, bias, plainWeights(keys, other)), repeatHeads(v, heads)),
      );
      tf.dispose(inputs);
    });
  }

  it("gives a dropped key a gradient, by finite differences of its weight at zero", () => {
    const [q, k, v] = [0, 1, 2].map((i) => randomTensor<tf.Tensor4D>([1, 2, 3, d], 40 + i));
    const three = layoutFrom([[0, 1, 2]]);
    const mask = causalBias(three, three, null);
    const others = otherTokens(three, three);
    const seed = randomTensor<tf.Tensor4D>([1, 2, 3, d], 43);
    const value = (weight: number) =>
      tf.tidy(() => {
        const policy: KeyPolicy = { keys: tf.tensor2d([[1, weight, 1]]), other: others };
        return tf.sum(tf.mul(attention(q, k, v, mask, policy), seed)).dataSync()[0];
      });
    const tape = new Tape();
    const keys = tf.tensor2d([[1, 0, 1]]);
    tape.watch(keys);
    const y = attention(q, k, v, mask, { keys, other: others }, tape);
    tape.accumulate(y, seed.clone());
    tape.backward();
    const gradient = tape.gradient(keys)!.dataSync()[1];
    const e = 1e-3;
    // One-sided, second order: a weight below zero has no meaning.
    const difference = (-3 * value(0) + 4 * value(e) - value(2 * e)) / (2 * e);
    assert.approximately(gradient, difference, 0.02 * Math.max(0.1, Math.abs(difference)));
    assert.isAbove(Math.abs(gradient), 0.01);
    tape.dispose();
    tf.dispose([q, k, v, mask, others, seed, keys]);
  });

  it("with keys dropped equals attention over the other keys alone, even where the dropped one is huge", () => {
    const left = [0, 2, 3, 5];
    tf.tidy(() => {
      const q = randomTensor<tf.Tensor4D>([1, 2, N, d], 50);
      const k = randomTensor<tf.Tensor4D>([1, 2, N, d], 51);
      const v = randomTensor<tf.Tensor4D>([1, 2, N, d], 52);
      const huge = tf.mul(k, tf.tensor4d([1, 1e3, 1, 1, 1e4, 1], [1, 1, N, 1])) as tf.Tensor4D;
      const all = layoutFrom([[0, 1, 2, 3, 4, 5]]);
      const some = layoutFrom([left]);
      const keys = tf.tensor2d([[1, 0, 1, 1, 0, 1]]);
      const pick = (x: tf.Tensor4D) => tf.gather(x, tf.tensor1d(left, "int32"), 2);
      const masked = attention(q, huge, v, causalBias(all, all, null), { keys, other: otherTokens(all, all) });
      const removed = attention(pick(q), pick(huge), pick(v), causalBias(some, some, null), null);
      assert.isBelow(relativeError(pick(masked), removed), 1e-6);
      // A dropped token sees itself and the kept ones before it.
      assert.isTrue(masked.dataSync().every(Number.isFinite));
    });
  });

  it("is the same in pieces of heads, whatever their size", () => {
    tf.tidy(() => {
      const weights = tf.tensor2d(
        Array.from({ length: B * N }, (_, i) => (i % 3) / 2),
        [B, N],
      );
      for (const groups of [6, 3, 2, 1]) {
        const q = randomTensor<tf.Tensor4D>([B, 6, N, d], 70);
        const [k, v] = [71, 72].map((seed) => randomTensor<tf.Tensor4D>([B, groups, N, d], seed));
        for (const policy of [null, { keys: weights, other }]) {
          const whole = attendInPieces(q, k, v, bias, policy);
          for (const heads of [0.5, 1, 2, 3, 4, 5]) {
            const pieces = attendInPieces(q, k, v, bias, policy, heads * B * N * N);
            assert.isBelow(relativeError(pieces, whole), 1e-6, `${groups} groups, ${heads} heads at once`);
          }
        }
      }
    });
  });

  it("scores: rows of the probabilities, averaged over heads, with and without weights", () => {
    const rows = layoutFrom([[4], [5]]);
    const rowBias = causalBias(rows, layout, null);
    const rowOther = otherTokens(rows, layout);
    const keys = tf.tensor2d([1, 0.3, 0.7, 1, 0.2, 1, 1, 0.5, 0.9, 1, 1, 1], [B, N]);
    const inputs = [randomTensor([B, 4, 1, d], 60), randomTensor([B, 2, N, d], 61)];
    checkBlock(
      inputs,
      ([q, k], tape) => attentionRows(q as tf.Tensor4D, k as tf.Tensor4D, rowBias, null, tape),
      ([q, k]) => tf.mean(plainProbabilities(q, k, rowBias, null), 1),
    );
    checkBlock(
      [...inputs, keys],
      ([q, k, weights], tape) =>
        attentionRows(
          q as tf.Tensor4D,
          k as tf.Tensor4D,
          rowBias,
          { keys: weights as tf.Tensor2D, other: rowOther },
          tape,
        ),
      ([q, k, weights]) => tf.mean(plainProbabilities(q, k, rowBias, plainWeights(weights, rowOther)), 1),
    );
    const sums = tf.tidy(() =>
      tf.sum(attentionRows(inputs[0] as tf.Tensor4D, inputs[1] as tf.Tensor4D, rowBias, null), -1).dataSync(),
    );
    for (const sum of sums) assert.approximately(sum, 1, 1e-5);
    tf.dispose([...inputs, rowBias, rowOther, keys]);
  });

  it("MASKED leaves nothing of a logit and stays finite", () => {
    assert.equal(Math.fround(5 + MASKED), Math.fround(MASKED));
    assert.isTrue(Number.isFinite(Math.fround(3 * MASKED)));
  });
});
