import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { KERNEL_FUNCTIONS, kernelFunction, validateShares } from "../../src/schedules/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";

interface Case {
  name: string;
  options: Record<string, number>;
  layers: number;
  theta: number[][];
  weights: number[];
  shares: number[][];
  execution?: number[][];
  gradient: number[][];
}

const golden = new URL("../../../tests/golden/schedules/kernelFunctions.json", import.meta.url);
const cases = JSON.parse(readFileSync(golden, "utf8")) as Case[];

function maxDifference(found: number[][], wanted: number[][]): number {
  expect(found.length).to.equal(wanted.length);
  return Math.max(...found.flatMap((row, b) => row.map((x, i) => Math.abs(x - wanted[b][i]))));
}

describe("schedules/kernelFunction", () => {
  before(async () => {
    await useBackend();
  });

  for (const c of cases) {
    const label = `${c.name} ${JSON.stringify(c.options)} on ${c.layers} layers`;
    it(`${label}: values of the golden file`, () => {
      tf.tidy(() => {
        const kernel = kernelFunction({ name: c.name, ...c.options });
        const theta = tf.tensor2d(c.theta);
        const found = kernel.shares(theta, c.layers).arraySync();
        expect(maxDifference(found, c.shares)).to.be.below(5e-6);
        const executed = kernel.shares(theta, c.layers, "execution").arraySync();
        expect(maxDifference(executed, c.execution ?? c.shares)).to.be.below(5e-6);
      });
    });

    it(`${label}: gradient against finite differences`, () => {
      tf.tidy(() => {
        const kernel = kernelFunction({ name: c.name, ...c.options });
        const objective = (theta: tf.Tensor): tf.Scalar =>
          tf.sum(tf.mul(kernel.shares(theta as tf.Tensor2D, c.layers), c.weights));
        const found = tf.grad(objective)(tf.tensor2d(c.theta)).arraySync() as number[][];
        const scale = Math.max(1, ...c.gradient.flat().map(Math.abs));
        expect(maxDifference(found, c.gradient) / scale).to.be.below(5e-5);
      });
    });
  }

  for (const name of Object.keys(KERNEL_FUNCTIONS)) {
    it(`${name}: a schedule for any parameters, near-degenerate ones too, with finite gradients`, () => {
      const kernel = kernelFunction(name);
      const random = new Random(5);
      for (const layers of [1, 2, 8, 80]) {
        for (const spread of [1, 5, 30, 100]) {
          tf.tidy(() => {
            const width = kernel.parameterCount(layers);
            const rows = Array.from({ length: 16 }, () =>
              Array.from({ length: width }, () => spread * random.normal()),
            );
            const theta = tf.tensor2d(rows, [16, width]);
            for (const phase of ["training", "execution"] as const) {
              const found = kernel.shares(theta, layers, phase).arraySync();
              for (const row of found) {
                validateShares(row, layers, `${name} of ${layers} layers at spread ${spread}`);
                expect(row[0]).to.equal(1);
              }
            }
            if (width === 0) return;
            const gradient = tf.grad((t) => tf.sum(tf.square(kernel.shares(t as tf.Tensor2D, layers))))(theta);
            expect(gradient.dataSync().every(Number.isFinite)).to.equal(true);
          });
        }
      }
    });

    it(`${name}: begins near half of the tokens, with a gradient for every parameter`, () => {
      const kernel = kernelFunction(name);
      tf.tidy(() => {
        const start = kernel.initial(8);
        const theta = tf.tensor2d(start, [1, kernel.parameterCount(8)]);
        const row = kernel.shares(theta, 8).arraySync()[0];
        const mean = row.reduce((sum, share) => sum + share, 0) / 8;
        expect(mean).to.be.within(0.3, 0.8);
        const weights = tf.range(1, 9, 1, "float32").square();
        const gradient = tf.grad((t) => tf.sum(tf.mul(kernel.shares(t as tf.Tensor2D, 8), weights)))(theta);
        for (const g of gradient.dataSync()) expect(Math.abs(g)).to.be.above(1e-4);
      });
    });

    it(`${name}: leaves no tensors, and its specification builds it again`, () => {
      const kernel = kernelFunction(name);
      const theta = tf.zeros([2, kernel.parameterCount(8)]) as tf.Tensor2D;
      const before = tf.memory().numTensors;
      kernel.shares(theta, 8).dispose();
      expect(tf.memory().numTensors).to.equal(before);
      theta.dispose();
      const again = kernelFunction({ name: kernel.name, ...kernel.options });
      expect(again.options).to.deep.equal(kernel.options);
      expect(() => kernel.shares(tf.zeros([2, 99]), 8)).to.throw(RangeError, /theta has 99/);
    });
  }

  it("describes parameters by the names of the method", () => {
    expect(kernelFunction("singleStep").describe([0, 0], 8)).to.deep.equal({ k: 4, rho: 0.5 });
    const described = kernelFunction("multiStep:3").describe(new Array(8).fill(0), 8);
    expect(described).to.deep.equal({ k: [2, 4, 6], d: [0.25, 0.25, 0.25] });
    expect(kernelFunction("free").describe([0, 0], 3)).to.deep.equal({ factors: [0.5, 0.5] });
    expect(kernelFunction("exponential").describe([0, 0, 0], 8)).to.deep.equal({ k: 4, lambda: Math.log(2), rho: 0.5 });
    expect(kernelFunction("pSigmoid").describe([0, 0, 0], 8)).to.deep.equal({ k: 4, tau: 5, rho: 0.5 });
    expect(kernelFunction("linear").describe([0, 0], 8)).to.deep.equal({ k: 4, rho: 0.5 });
  });

  it("reads specifications and refuses what it does not know", () => {
    expect(kernelFunction("multiStep:5").parameterCount(8)).to.equal(12);
    expect(kernelFunction({ name: "multiStep", steps: 2, kappa: 4 }).options).to.deep.equal({ steps: 2, kappa: 4 });
    const refused: [Parameters<typeof kernelFunction>[0], RegExp][] = [
      ["twoStep", /no kernel function "twoStep"; choose one of singleStep, linear/],
      ["constructor", /no kernel function "constructor"/],
      ["multiStep:", /multiStep:S/],
      ["multiStep:2:3", /multiStep:S/],
      ["linear:3", /multiStep:S/],
      ["multiStep:0", /must be a number above 0/],
      ["multiStep:65", /from 1 to 64/],
      [{ name: "multiStep", steps: 2.5 }, /whole number of steps/],
      [{ name: "singleStep", rho: 0.5 }, /no option "rho"; its options are: kappa/],
      [{ name: "linear", kappa: 3 }, /its options are: none/],
      [{ name: "pSigmoid", kappa: Number.NaN }, /kappa of pSigmoid is NaN/],
    ];
    for (const [spec, message] of refused) expect(() => kernelFunction(spec)).to.throw(EspalierError, message);
  });
});
