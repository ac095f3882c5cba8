import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "../../../src/checkpoint/halfFloat.js";
import { times, timesTransposed } from "../../../src/models/blocks/matrixProduct.js";
import { StoredMatrix } from "../../../src/models/blocks/storedMatrix.js";
import { Random, useBackend } from "../../../src/tensor/index.js";
import { randomTensor, relativeError } from "./gradientCheck.js";

const FORMATS = {
  BF16: { narrow: narrowBf16, widen: widenBf16 },
  F16: { narrow: narrowF16, widen: widenF16 },
} as const;

describe("models/blocks/storedMatrix", () => {
  before(() => useBackend());

  for (const format of ["BF16", "F16"] as const) {
    const { narrow, widen } = FORMATS[format];

    /** Every finite number of the format, as a matrix of 256 columns; an infinity or NaN becomes zero. */
    function everyNumber(): { halves: Uint16Array; wide: Float32Array } {
      const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
      const wide = new Float32Array(65536);
      widen(halves, wide);
      wide.forEach((value, i) => {
        if (!Number.isFinite(value)) halves[i] = 0;
      });
      widen(halves, wide);
      return { halves, wide };
    }

    const check = () => {
      const { halves, wide } = everyNumber();
      const matrix = new StoredMatrix(halves, [256, 256], format);
      assert.equal(matrix.bytes, 2 * 65536);
      const words = (x: tf.Tensor) => [...new Uint32Array(x.dataSync<"float32">().slice().buffer)];
      const wanted = [...new Uint32Array(wide.buffer)];
      tf.tidy(() => {
        assert.deepEqual(words(matrix.widen({ begin: 0, count: 256 })), wanted);
        assert.deepEqual(words(matrix.widen({ begin: 3, count: 2 })), wanted.slice(3 * 256, 5 * 256));
        const gathered = matrix.gather(Int32Array.of(255, 0, 255));
        assert.deepEqual(gathered.shape, [3, 256]);
        const row = (i: number) => wanted.slice(i * 256, (i + 1) * 256);
        assert.deepEqual(words(gathered), [...row(255), ...row(0), ...row(255)]);
      });
      matrix.dispose();
    };

    it(`widens every finite ${format} number exactly`, () => {
      const before = tf.memory().numTensors;
      check();
      assert.equal(tf.memory().numTensors, before);
    });

    it(`widens ${format} without the native library too`, async () => {
      const used = tf.getBackend();
      await tf.setBackend("cpu");
      try {
        check();
      } finally {
        await tf.setBackend(used);
      }
    });

    it(`multiplies in blocks of rows, the same numbers from ${format} as from float32`, () => {
      const random = new Random(4);
      const halves = narrow(Float32Array.from({ length: 30 * 8 }, () => random.normal()));
      const wide = new Float32Array(halves.length);
      widen(halves, wide);
      const stored = new StoredMatrix(halves, [30, 8], format);
      tf.tidy(() => {
        const plain = tf.tensor2d(wide, [30, 8]);
        const x = randomTensor<tf.Tensor2D>([5, 8], 1);
        const dy = randomTensor<tf.Tensor2D>([5, 30], 2);
        for (const atOnce of [7 * 8, 15 * 8, 1000, 1]) {
          const forwards = [stored, plain].map((matrix) => timesTransposed(x, matrix, atOnce));
          assert.deepEqual(forwards[0].dataSync(), forwards[1].dataSync());
          assert.isBelow(relativeError(forwards[0], tf.matMul(x, plain, false, true)), 1e-6);
          const backwards = [stored, plain].map((matrix) => times(dy, matrix, atOnce));
          assert.deepEqual(backwards[0].dataSync(), backwards[1].dataSync());
          assert.isBelow(relativeError(backwards[0], tf.matMul(dy, plain)), 1e-6);
        }
      });
      stored.dispose();
    });
  }
});
