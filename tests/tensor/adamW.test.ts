import fs from "node:fs";
import path from "node:path";
import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { AdamW, type AdamWOptions, useBackend } from "../../src/tensor/index.js";

interface Case {
  lr: number;
  clip: number | null;
  decay: number;
  betas?: [number, number];
  eps?: number;
  start: [number[][], number[]];
  gradients: [number[][], number[]][];
  after: [number[][], number[]][];
}

const file = path.join(import.meta.dirname, "..", "..", "..", "tests", "golden", "models", "adamW.json");
const cases = JSON.parse(fs.readFileSync(file, "utf8")) as Case[];

const optionsOf = ({ decay, clip, betas, eps }: Case): AdamWOptions => ({
  weightDecay: decay,
  beta1: betas?.[0],
  beta2: betas?.[1],
  epsilon: eps,
  clipNorm: clip ?? undefined,
});

function variablesOf({ start }: Case): Map<string, tf.Variable> {
  const made = (values: number[] | number[][]) => tf.tidy(() => tf.variable(tf.tensor(values)));
  return new Map([
    ["matrix", made(start[0])],
    ["vector", made(start[1])],
  ]);
}

function apply(
  optimizer: AdamW,
  variables: Map<string, tf.Variable>,
  [matrix, vector]: Case["after"][number],
  lr: number,
) {
  const gradients = new Map<string, tf.Tensor>([
    ["matrix", tf.tensor2d(matrix)],
    ["vector", tf.tensor1d(vector)],
  ]);
  const norm = optimizer.apply(variables, gradients, lr);
  tf.dispose([...gradients.values()]);
  return norm;
}

function assertNear(
  variables: Map<string, tf.Variable>,
  [matrix, vector]: Case["after"][number],
  tolerance: number,
): void {
  const found = [...variables.get("matrix")!.dataSync(), ...variables.get("vector")!.dataSync()];
  [...matrix.flat(), ...vector].forEach((wanted, i) => {
    assert.approximately(found[i], wanted, tolerance);
  });
}

describe("AdamW", () => {
  before(() => useBackend());

  it("takes torch's steps, clipping and decay of matrices included", () => {
    for (const one of cases) {
      const before = tf.memory().numTensors;
      const variables = variablesOf(one);
      const optimizer = new AdamW(optionsOf(one));
      one.gradients.forEach((gradient, step) => {
        const norm = apply(optimizer, variables, gradient, one.lr);
        const squares = [...gradient[0].flat(), ...gradient[1]].map((g) => g * g);
        assert.approximately(norm, Math.sqrt(squares.reduce((a, b) => a + b, 0)), 1e-4 * norm);
        assertNear(variables, one.after[step], 3e-6);
        assert.equal(optimizer.step, step + 1);
      });
      optimizer.dispose();
      tf.dispose([...variables.values()]);
      assert.equal(tf.memory().numTensors, before);
    }
  });

  it("goes on from a saved state exactly", () => {
    const [one] = cases;
    const finish = (interrupt: boolean): number[] => {
      const variables = variablesOf(one);
      let optimizer = new AdamW(optionsOf(one));
      one.gradients.forEach((gradient, step) => {
        if (interrupt && step === 3) {
          const state = optimizer.state();
          optimizer.dispose();
          optimizer = new AdamW(optionsOf(one));
          optimizer.restore(state, variables);
        }
        apply(optimizer, variables, gradient, one.lr);
      });
      const values = [...variables.values()].flatMap((variable) => [...variable.dataSync()]);
      optimizer.dispose();
      tf.dispose([...variables.values()]);
      return values;
    };
    assert.deepEqual(finish(true), finish(false));
  });

  it("leaves everything alone where the gradient is not finite", () => {
    const [one] = cases;
    for (const bad of [NaN, Infinity]) {
      const variables = variablesOf(one);
      const optimizer = new AdamW(optionsOf(one));
      assert.isFalse(Number.isFinite(apply(optimizer, variables, [one.gradients[0][0], [bad, 0, 0, 0]], 0.1)));
      assertNear(variables, one.start, 0);
      assert.equal(optimizer.step, 0);
      // And the next step is as if the bad one had not been.
      apply(optimizer, variables, one.gradients[0], one.lr);
      assertNear(variables, one.after[0], 3e-6);
      optimizer.dispose();
      tf.dispose([...variables.values()]);
    }
  });

  it("changes only variables that have a gradient", () => {
    const [one] = cases;
    const variables = variablesOf(one);
    const optimizer = new AdamW(optionsOf(one));
    const gradient = tf.tensor2d(one.gradients[0][0]);
    optimizer.apply(variables, new Map([["matrix", gradient]]), 0.1);
    assertNear(variables, [variables.get("matrix")!.arraySync() as number[][], one.start[1]], 0);
    optimizer.dispose();
    tf.dispose([gradient, ...variables.values()]);
  });
});
