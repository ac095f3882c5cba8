import fs from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { adaptiveAveragePool, PooledModel } from "../../src/models/pooledModel.js";
import { Tape, useBackend } from "../../src/tensor/index.js";
import { goldenModel, loadGolden } from "./goldenModels.js";
import { wholeRun } from "./wholeRun.js";

interface PoolCase {
  readonly rows: number;
  readonly columns: number;
  readonly pooled: readonly [number, number];
  readonly x: number[][];
  readonly y: number[][];
  readonly dy: number[][];
  readonly dx: number[][];
}

const { cases } = JSON.parse(fs.readFileSync(goldenModel("adaptivePool.json"), "utf8")) as { cases: PoolCase[] };

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(found.length).to.equal(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(found[i]).to.be.closeTo(wanted[i], tolerance);
}

describe("models/pooledModel", () => {
  before(() => useBackend());

  for (const { rows, columns, pooled, x, y, dy, dx } of cases) {
    it(`averages ${rows} × ${columns} over ${pooled[0]} × ${pooled[1]} as PyTorch does, and back`, () => {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const tape = new Tape();
        const input = tf.tensor2d(x);
        tape.watch(input);
        const output = adaptiveAveragePool(input, { rows, columns }, { rows: pooled[0], columns: pooled[1] }, tape);
        expectClose(output.dataSync(), y.flat(), 1e-6);
        tape.accumulate(output, tf.tensor2d(dy));
        tape.backward();
        expectClose(tape.gradient(input)!.dataSync(), dx.flat(), 1e-6);
        tape.dispose();
      });
      expect(tf.memory().numTensors).to.equal(before);
    });
  }

  for (const name of ["llava", "gemma3"] as const) {
    it(`leaves ${name} as it is over its own grid`, async () => {
      const { model, prompts } = await loadGolden(name);
      try {
        const prompt = prompts.find(({ gridThw }) => gridThw.length > 0)!;
        const whole = wholeRun(model, prompt).numbers;
        const pooled = wholeRun(new PooledModel(model, model.visualGrid(prompt.gridThw[0])), prompt).numbers;
        for (const [step, wanted] of whole) expectClose(pooled.get(step)!, wanted, 1e-5);
      } finally {
        model.dispose();
      }
    });
  }

  it("refuses a model whose tokens have places in rows and columns", async () => {
    const { model } = await loadGolden("grouped");
    try {
      expect(() => new PooledModel(model, { rows: 1, columns: 1 })).to.throw(/make its pictures smaller/);
    } finally {
      model.dispose();
    }
  });
});
