import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import {
  type AttentionMask,
  attention,
  attentionRows,
  type KeyPolicy,
  MASKED,
} from "../../../src/models/blocks/index.js";
import { causalMask, layoutFrom, otherTokens } from "../../../src/models/index.js";
import { Random, Tape, useBackend } from "../../../src/tensor/index.js";
import { checkBlock, randomTensor, relativeError } from "./gradientCheck.js";
import { maskValues } from "./maskValues.js";

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
  let mask: AttentionMask;
  let bias: tf.Tensor4D;
  let other: tf.Tensor4D;
  before(async () => {
    await useBackend();
    mask = causalMask(layout, layout, { window: 4 });
    bias = tf.tensor4d(maskValues(mask, B, N, N), [B, 1, N, N]);
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
      for (const seen of [null, bias]) {
        const inputs = shapes.map((shape, i) => randomTensor(shape, 20 + i));
        checkBlock(
          inputs,
          ([q, k, v], tape) =>
            attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, seen && mask, null, tape),
          ([q, k, v]) => tf.matMul(plainProbabilities(q, k, seen, null), repeatHeads(v, heads)),
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
            mask,
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
    const mask = causalMask(three, three);
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
    tf.dispose([q, k, v, others, seed, keys]);
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
      const masked = attention(q, huge, v, causalMask(all, all), { keys, other: otherTokens(all, all) });
      const removed = attention(pick(q), pick(huge), pick(v), causalMask(some, some), null);
      assert.isBelow(relativeError(pick(masked), removed), 1e-6);
      // A dropped token sees itself and the kept ones before it.
      assert.isTrue(masked.dataSync().every(Number.isFinite));
    });
  });

  it("is the same in pieces of queries, gradients too, whatever their size", () => {
    for (const groups of [4, 2, 1]) {
      const inputs = [4, groups, groups].map((heads, i) => randomTensor<tf.Tensor4D>([B, heads, N, d], 70 + i));
      const seed = randomTensor<tf.Tensor4D>([B, 4, N, d], 73);
      const run = (atOnce: number) => {
        const tape = new Tape();
        const [q, k, v] = inputs;
        for (const input of inputs) tape.watch(input);
        const y = attention(q, k, v, mask, null, tape, { atOnce });
        const bare = attention(q, k, v, mask, null, undefined, { atOnce });
        tape.accumulate(y, seed.clone());
        tape.backward();
        const gradients = inputs.map((input) => tape.takeGradient(input)!);
        tape.dispose();
        return [y, bare, ...gradients];
      };
      const whole = run(1e9);
      for (const rows of [0.5, 1, 2, 4, 5]) {
        const pieces = run(rows * B * 4 * N);
        pieces.forEach((found, i) => {
          assert.isBelow(relativeError(found, whole[i]), 1e-6, `${groups} groups, ${rows} rows at once, tensor ${i}`);
        });
        tf.dispose(pieces);
      }
      tf.dispose([...inputs, seed, ...whole]);
    }
  });

  it("in pieces keeps nothing whose size is the square of the tokens", () => {
    const n = 256;
    const rows = layoutFrom([Array.from({ length: n }, (_, i) => i)]);
    const inputs = [0, 1, 2].map((i) => randomTensor<tf.Tensor4D>([1, 2, n, d], 80 + i));
    const tape = new Tape();
    for (const input of inputs) tape.watch(input);
    const before = tf.memory().numBytes;
    const y = attention(inputs[0], inputs[1], inputs[2], causalMask(rows, rows), null, tape, { atOnce: 16 * 2 * n });
    assert.isBelow(tf.memory().numBytes - before, 8 * 4 * 2 * n * d);
    tape.dispose();
    tf.dispose([...inputs, y]);
  });

  it("scores: sums of rows of the probabilities, averaged over heads, with and without weights", () => {
    const rows = layoutFrom([
      [2, 4],
      [3, 5],
    ]);
    const seen = causalMask(rows, layout, { window: 6 });
    const rowBias = tf.tensor4d(maskValues(seen, B, 2, N), [B, 1, 2, N]);
    const rowOther = otherTokens(rows, layout);
    const keys = tf.tensor2d([1, 0.3, 0.7, 1, 0.2, 1, 1, 0.5, 0.9, 1, 1, 1], [B, N]);
    const counts = tf.tensor3d([1, 0, 0.5, 0.5, 0, 0, 0, 1, 0.25, 0.75, 0, 0], [B, 3, 2]);
    const inputs = [randomTensor([B, 4, 2, d], 60), randomTensor([B, 2, N, d], 61)];
    const wanted = (p: tf.Tensor) => tf.matMul(counts, tf.mean(p, 1) as tf.Tensor3D);
    for (const atOnce of [undefined, B * 4 * N]) {
      checkBlock(
        inputs,
        ([q, k], tape) => attentionRows(q as tf.Tensor4D, k as tf.Tensor4D, counts, seen, { atOnce }, tape),
        ([q, k]) => wanted(plainProbabilities(q, k, rowBias, null)),
      );
    }
    checkBlock(
      [...inputs, keys],
      ([q, k, weights], tape) => {
        const policy = { keys: weights as tf.Tensor2D, other: rowOther };
        return attentionRows(q as tf.Tensor4D, k as tf.Tensor4D, counts, seen, { policy }, tape);
      },
      ([q, k, weights]) => wanted(plainProbabilities(q, k, rowBias, plainWeights(weights, rowOther))),
    );
    const sums = tf.tidy(() =>
      tf.sum(attentionRows(inputs[0] as tf.Tensor4D, inputs[1] as tf.Tensor4D, counts, seen), -1).dataSync(),
    );
    [1, 1, 0, 1, 1, 0].forEach((sum, i) => {
      assert.approximately(sums[i], sum, 1e-5);
    });
    tf.dispose([...inputs, rowBias, rowOther, keys, counts]);
  });

  it("MASKED leaves nothing of a logit and stays finite", () => {
    assert.equal(Math.fround(5 + MASKED), Math.fround(MASKED));
    assert.isTrue(Number.isFinite(Math.fround(3 * MASKED)));
  });
});
