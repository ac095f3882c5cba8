import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import {
  add,
  advance,
  concatRows,
  gatherRows,
  gelu,
  inverseFrequencies,
  layerNorm,
  linear,
  mergeHeads,
  planSegments,
  quickGelu,
  reshape,
  rmsNorm,
  rotaryFromAngles,
  rotate,
  segmentAttention,
  siluGate,
  sliceHeads,
  splitHeads,
  tanhGelu,
  tanhGeluGate,
} from "../../../src/models/blocks/index.js";
import { Random, Tape, useBackend } from "../../../src/tensor/index.js";
import { checkBlock, randomTensor, relativeError } from "./gradientCheck.js";

describe("blocks", () => {
  let inputs: tf.Tensor[] = [];
  before(() => useBackend());
  const draw = (...shapes: number[][]) => {
    inputs = shapes.map((shape, i) => randomTensor(shape, 10 + i));
    return inputs;
  };
  afterEach(() => {
    tf.dispose(inputs);
    inputs = [];
  });

  it("linear", () => {
    checkBlock(
      draw([5, 4], [3, 4], [3]),
      ([x, weight, bias], tape) =>
        linear(x as tf.Tensor2D, { weight: weight as tf.Tensor2D, bias: bias as tf.Tensor1D }, tape),
      ([x, weight, bias]) => tf.add(tf.matMul(x, tf.transpose(weight)), bias),
    );
    tf.dispose(inputs);
    checkBlock(
      draw([5, 4], [3, 4]),
      ([x, weight], tape) => linear(x as tf.Tensor2D, { weight: weight as tf.Tensor2D, bias: null }, tape),
      ([x, weight]) => tf.matMul(x, tf.transpose(weight)),
    );
  });

  it("add, also of a tensor to itself", () => {
    checkBlock(
      draw([3, 4], [3, 4]),
      ([a, b], tape) => add(a, b, tape),
      ([a, b]) => tf.add(a, b),
    );
    tf.dispose(inputs);
    checkBlock(
      draw([3, 4]),
      ([a], tape) => add(a, a, tape),
      ([a]) => tf.mul(a, 2),
    );
  });

  it("reshape", () => {
    checkBlock(
      draw([3, 4]),
      ([x], tape) => reshape(x, [2, 6], tape),
      ([x]) => tf.reshape(x, [2, 6]),
    );
  });

  it("rmsNorm", () => {
    checkBlock(
      draw([5, 8], [8]),
      ([x, weight], tape) => rmsNorm(x as tf.Tensor2D, weight as tf.Tensor1D, 1e-3, tape),
      ([x, weight]) => tf.mul(tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-3))), weight), 1),
    );
  });

  it("rmsNorm of heads", () => {
    checkBlock(
      draw([2, 3, 4, 6], [6]),
      ([x, weight], tape) => rmsNorm(x as tf.Tensor4D, weight as tf.Tensor1D, 1e-3, tape),
      ([x, weight]) => tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-3))), weight),
    );
  });

  it("layerNorm", () => {
    checkBlock(
      draw([5, 8], [8], [8]),
      ([x, weight, bias], tape) =>
        layerNorm(x as tf.Tensor2D, { weight: weight as tf.Tensor1D, bias: bias as tf.Tensor1D }, 1e-3, tape),
      ([x, weight, bias]) => {
        const { mean, variance } = tf.moments(x, -1, true);
        return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), weight), bias);
      },
    );
  });

  /** The tanh approximation, written out. */
  const tanhShape = (x: tf.Tensor) =>
    tf.mul(
      tf.mul(0.5, x),
      tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3)))))),
    );

  it("tanhGelu, and the gate of it", () => {
    checkBlock(
      draw([4, 7]),
      ([x], tape) => tanhGelu(x as tf.Tensor2D, tape),
      ([x]) => tanhShape(x),
    );
    checkBlock(
      draw([4, 7], [4, 7]),
      ([gate, up], tape) => tanhGeluGate(gate as tf.Tensor2D, up as tf.Tensor2D, tape),
      ([gate, up]) => tf.mul(tanhShape(gate), up),
    );
    const y = tf.tidy(() => tanhGelu(tf.tensor2d([[-3, -1, 0, 0.5, 2]])).dataSync());
    // From torch.nn.functional.gelu(approximate="tanh").
    [-0.0036373, -0.158808, 0, 0.345714, 1.9545977].forEach((wanted, i) => {
      assert.approximately(y[i], wanted, 2e-6);
    });
  });

  it("quickGelu", () => {
    checkBlock(
      draw([4, 7]),
      ([x], tape) => quickGelu(x as tf.Tensor2D, tape),
      ([x]) => tf.div(x, tf.add(1, tf.exp(tf.mul(-1.702, x)))),
    );
  });

  it("gelu, the exact one", () => {
    checkBlock(
      draw([4, 7]),
      ([x], tape) => gelu(x as tf.Tensor2D, tape),
      ([x]) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
    );
    const y = tf.tidy(() => gelu(tf.tensor2d([[-3, -1, 0, 0.5, 2]])).dataSync());
    // From torch.nn.functional.gelu.
    [-0.00404968, -0.15865529, 0, 0.34573123, 1.95449972].forEach((wanted, i) => {
      assert.approximately(y[i], wanted, 2e-6);
    });
  });

  it("siluGate", () => {
    checkBlock(
      draw([4, 7], [4, 7]),
      ([gate, up], tape) => siluGate(gate as tf.Tensor2D, up as tf.Tensor2D, tape),
      ([gate, up]) => tf.mul(tf.div(gate, tf.add(1, tf.exp(tf.neg(gate)))), up),
    );
  });

  it("rotate turns each pair (j, j + d/2) by its row's angle", () => {
    const random = new Random(1);
    const angles = Float32Array.from({ length: 2 * 3 * 4 }, () => random.between(-3, 3));
    const { cos, sin } = rotaryFromAngles(angles, 2, 3, 8);
    const wide = tf.tensor4d(angles, [2, 1, 3, 4]);
    inputs = [randomTensor([2, 5, 3, 8], 3)];
    try {
      checkBlock(
        inputs,
        ([x], tape) => rotate(x as tf.Tensor4D, { cos, sin }, tape),
        ([x]) => {
          const [a, b] = tf.split(x, 2, -1);
          const [c, s] = [tf.cos(wide), tf.sin(wide)];
          return tf.concat([tf.sub(tf.mul(a, c), tf.mul(b, s)), tf.add(tf.mul(b, c), tf.mul(a, s))], -1);
        },
      );
    } finally {
      tf.dispose([cos, sin, wide]);
    }
  });

  it("inverseFrequencies are θ^(−2j/d)", () => {
    const found = inverseFrequencies(8, 10000);
    [1, 0.1, 0.01, 0.001].forEach((wanted, j) => {
      assert.approximately(found[j], wanted, 1e-7 * wanted);
    });
  });

  it("splitHeads, mergeHeads, sliceHeads", () => {
    checkBlock(
      draw([6, 8]),
      ([x], tape) => splitHeads(x as tf.Tensor2D, 2, 4, tape),
      ([x]) => tf.transpose(tf.reshape(x, [2, 3, 4, 2]), [0, 2, 1, 3]),
    );
    tf.dispose(inputs);
    checkBlock(
      draw([2, 4, 3, 2]),
      ([x], tape) => mergeHeads(x as tf.Tensor4D, tape),
      ([x]) => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [6, 8]),
    );
    const there = tf.tidy(() => {
      const x = randomTensor<tf.Tensor2D>([6, 8], 5);
      return relativeError(mergeHeads(splitHeads(x, 2, 4)), x);
    });
    assert.equal(there, 0);
    tf.dispose(inputs);
    checkBlock(
      draw([2, 5, 3, 2]),
      ([x], tape) => sliceHeads(x as tf.Tensor4D, 1, 3, tape),
      ([x]) => tf.slice(x, [0, 1, 0, 0], [2, 3, 3, 2]),
    );
  });

  it("gatherRows, with repeats and rows that nobody asks for", () => {
    const index = Int32Array.of(3, 0, 3, 3, 1);
    checkBlock(
      draw([5, 4]),
      ([x], tape) => gatherRows(x as tf.Tensor2D, index, tape),
      ([x]) => tf.matMul(tf.oneHot(tf.tensor1d(index, "int32"), 5).toFloat(), x as tf.Tensor2D),
    );
  });

  it("concatRows", () => {
    checkBlock(
      draw([2, 3], [4, 3], [1, 3]),
      (parts, tape) => concatRows(parts as tf.Tensor2D[], tape),
      (parts) => tf.concat([...parts], 0),
    );
  });

  it("segmentAttention sees its own segment only, whatever the lengths", () => {
    const heads = 2;
    const d = 3;
    for (const lengths of [[4, 4], [2, 5, 2, 1], [7]]) {
      const n = lengths.reduce((a, b) => a + b, 0);
      // One dense attention with a block mask.
      const segment = lengths.flatMap((length, s) => new Array<number>(length).fill(s));
      const mask = segment.map((a) => segment.map((b) => (a === b ? 0 : -1e30)));
      checkBlock(
        draw([n, 3 * heads * d]),
        ([x], tape) => segmentAttention(x as tf.Tensor2D, heads, planSegments(lengths), tape),
        ([x]) => {
          const [q, k, v] = tf.split(tf.transpose(tf.reshape(x, [n, 3 * heads, d]), [1, 0, 2]), 3, 0);
          const logits = tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(d)), tf.tensor2d(mask));
          return tf.reshape(tf.transpose(tf.matMul(tf.softmax(logits), v), [1, 0, 2]), [n, heads * d]);
        },
      );
      tf.dispose(inputs);
    }
    inputs = [];
  });

  it("advance releases a layer's input and everything but its result", () => {
    const start = tf.memory().numTensors;
    let x = randomTensor<tf.Tensor2D>([2, 2], 1);
    for (let layer = 0; layer < 3; layer++) {
      x = advance(x, () => {
        const kept = tf.mul(x, 2) as tf.Tensor2D;
        return tf.add(kept, x) as tf.Tensor2D;
      });
      assert.equal(tf.memory().numTensors, start + 1);
    }
    x.dispose();
    const tape = new Tape();
    const y = randomTensor<tf.Tensor2D>([2, 2], 1);
    tape.watch(y);
    const sum = advance(y, () => siluGate(y, add(y, y, tape), tape));
    assert.isTrue(y.isDisposed);
    // What the gradient needs outlives the layer, and nothing else does.
    assert.isAbove(tf.memory().numTensors, start + 1);
    tape.accumulate(sum, tf.onesLike(sum));
    tape.backward();
    assert.deepEqual(tape.gradient(y)?.shape, [2, 2]);
    tape.dispose();
    sum.dispose();
    assert.equal(tf.memory().numTensors, start);
  });
});
