import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { kernelFunction } from "../../src/schedules/index.js";
import { fitKernel } from "../../src/search/fitKernel.js";
import { Pacer, Stopped, useBackend } from "../../src/tensor/index.js";

const LAYERS = 8;

function shares(name: string, rows: readonly Float32Array[]): number[][] {
  return tf.tidy(() =>
    kernelFunction(name)
      .shares(tf.tensor2d(rows.map((row) => [...row])), LAYERS)
      .arraySync(),
  );
}

describe("search/fitKernel", () => {
  before(() => useBackend());

  it("finds cuts and thinning again, wherever they lie", async () => {
    const cuts = [1, 2, 4, 7].map((cut) => Array.from({ length: LAYERS }, (_, i) => (i < cut ? 1 : 0.1)));
    for (const name of ["multiStep", "multiStep:7", "free", "singleStep", "exponential"]) {
      const found = shares(name, await fitKernel(kernelFunction(name), cuts, 1, new Pacer()));
      found.forEach((row, c) => {
        row.forEach((share, i) => {
          assert.closeTo(share, cuts[c][i], 0.06, `${name}, cut before layer ${1 + c}, layer ${i}`);
        });
      });
    }
    const thinning = [Array.from({ length: LAYERS }, (_, i) => 0.6 ** i)];
    for (const name of ["multiStep:7", "free", "exponential"]) {
      const [row] = shares(name, await fitKernel(kernelFunction(name), thinning, 1, new Pacer()));
      row.forEach((share, i) => {
        assert.closeTo(share, thinning[0][i], 0.06, `${name}, layer ${i}`);
      });
    }
  });

  it("gives the same for the same seed, and leaves nothing allocated, stopped or not", async () => {
    const target = [[1, 0.8, 0.5, 0.5, 0.2, 0.1, 0.1, 0]];
    const kernel = kernelFunction("multiStep");
    const before = tf.memory().numTensors;
    const [a, b] = [await fitKernel(kernel, target, 3, new Pacer()), await fitKernel(kernel, target, 3, new Pacer())];
    assert.deepEqual(a, b);
    let thrown: unknown;
    await fitKernel(kernel, target, 3, new Pacer(AbortSignal.abort())).catch((error: unknown) => {
      thrown = error;
    });
    assert.instanceOf(thrown, Stopped);
    assert.equal(tf.memory().numTensors, before);
  });
});
