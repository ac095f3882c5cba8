import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { EspalierError } from "../../src/errors.js";
import { type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { kernelFunction } from "../../src/schedules/index.js";
import { CONDITIONINGS, type Conditioning, Predictor } from "../../src/search/index.js";
import { promptBatch } from "../../src/search/predictor.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { AdamW, Random, useBackend } from "../../src/tensor/index.js";
import { randomTensor } from "../models/blocks/gradientCheck.js";
import { mixedSamples, tinyModel } from "../relaxation/tinyModel.js";

const LAYERS = 4;
const KERNEL = kernelFunction("multiStep:2");
const WIDTH = KERNEL.parameterCount(LAYERS);
const BUDGETS = [0.1, 0.3, 0.7];

function predictor(conditioning: Conditioning, seed = 1): Predictor {
  return new Predictor({ conditioning, hidden: 32, layers: LAYERS, kernel: KERNEL, budgets: BUDGETS, seed });
}

function rows(of: Predictor, prompts: ReturnType<typeof promptBatch> | null, budgets: number[]): number[][] {
  return tf.tidy(() => of.parameters(prompts, budgets).arraySync());
}

function apart(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((x, i) => Math.abs(x - b[i])));
}

describe("search/predictor", () => {
  let model: Qwen25Vl;
  let prepared: PreparedSamples;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: LAYERS });
    prepared = await prepareSamples(model, SELECTORS["uniformStride"](), mixedSamples());
  });
  after(() => {
    prepared.dispose();
    model.dispose();
  });

  /** Moves every variable away from its special start. */
  const shaken = (of: Predictor): Predictor => {
    const weights = of.weights();
    of.assign(
      new Map([...weights].map(([name, values]) => [name, values.map((x, i) => x + 0.3 * Math.sin(7 * i + 1))])),
    );
    return of;
  };

  it("starts near the kernel function's own schedule, whatever the budget", () => {
    const initial = [...KERNEL.initial(LAYERS)];
    const prompts = promptBatch(prepared.samples);
    for (const conditioning of CONDITIONINGS) {
      const of = predictor(conditioning);
      for (const row of rows(of, prompts, [0.1, 0.2, 0.3, 0.6, 0.7]))
        assert.isBelow(apart(row, initial), 1, conditioning);
      of.dispose();
    }
    tf.dispose([prompts.rows, prompts.weights]);
  });

  it("FiLM starts as the identity: at first the budget changes nothing for conditioning on input", () => {
    const of = predictor("input");
    const prompts = promptBatch(prepared.samples);
    const low = rows(of, prompts, new Array<number>(5).fill(0.1));
    const high = rows(of, prompts, new Array<number>(5).fill(0.7));
    assert.deepEqual(low, high);
    const moved = rows(shaken(of), prompts, new Array<number>(5).fill(0.1));
    const other = rows(of, prompts, new Array<number>(5).fill(0.7));
    assert.isAbove(apart(moved[0], other[0]), 1e-3);
    tf.dispose([prompts.rows, prompts.weights]);
    of.dispose();
  });

  it("sees the prompt and the budget, the budget alone, or neither", () => {
    const prompts = promptBatch(prepared.samples);
    const same = new Array<number>(5).fill(0.3);
    const differ = (conditioning: Conditioning) => {
      const of = shaken(predictor(conditioning));
      const [first, second] = rows(of, prompts, same);
      const [, cheap] = rows(of, prompts, [0.3, 0.1, 0.3, 0.3, 0.3]);
      of.dispose();
      return { byPrompt: apart(first, second) > 1e-3, byBudget: apart(second, cheap) > 1e-3 };
    };
    assert.deepEqual(differ("input"), { byPrompt: true, byBudget: true });
    assert.deepEqual(differ("budget"), { byPrompt: false, byBudget: true });
    // The table's rows differ as well: one row for each budget.
    assert.deepEqual(differ("constant"), { byPrompt: false, byBudget: true });
    tf.dispose([prompts.rows, prompts.weights]);
  });

  it("sees prompts only: neither padding nor answers", () => {
    const of = shaken(predictor("input"));
    const together = promptBatch(prepared.samples);
    const all = rows(of, together, new Array<number>(5).fill(0.3));
    prepared.samples.forEach((sample, b) => {
      const alone = promptBatch([sample]);
      assert.deepEqual(alone.rows.shape, [sample.promptLength, 32]);
      assert.isBelow(apart(rows(of, alone, [0.3])[0], all[b]), 1e-5);
      tf.dispose([alone.rows, alone.weights]);
    });
    assert.equal(
      together.weights.dataSync().filter((weight) => weight > 0).length,
      prepared.samples.reduce((sum, s) => sum + s.promptLength, 0),
    );
    tf.dispose([together.rows, together.weights]);
    of.dispose();
  });

  it("reads its table linearly between its budgets, and its ends beyond them; the network adds nothing at first", () => {
    const prompts = promptBatch(prepared.samples.slice(0, 1));
    for (const conditioning of CONDITIONINGS) {
      const of = predictor(conditioning);
      of.setTable(BUDGETS.map((_, row) => Float32Array.from({ length: WIDTH }, (_, i) => 10 * row + i)));
      for (const [budget, wanted] of [
        [0.1, 0],
        [0.3, 10],
        [0.7, 20],
        [0.2, 5],
        [0.6, 17.5],
        [0, 0],
        [1, 20],
      ]) {
        assert.closeTo(rows(of, prompts, [budget])[0][0], wanted, 1e-4, conditioning);
      }
      of.dispose();
    }
    tf.dispose([prompts.rows, prompts.weights]);
  });

  it("is the same for the same seed, another for another", () => {
    const [a, b, c] = [predictor("input", 1), predictor("input", 1), predictor("input", 2)];
    const text = (of: Predictor) => JSON.stringify([...of.weights()].map(([name, values]) => [name, [...values]]));
    assert.equal(text(a), text(b));
    assert.notEqual(text(a), text(c));
    for (const of of [a, b, c]) of.dispose();
  });

  it("gives its weights away as copies, and takes them back", () => {
    for (const conditioning of CONDITIONINGS) {
      const of = shaken(predictor(conditioning));
      const saved = of.weights();
      shaken(of);
      of.assign(saved);
      assert.deepEqual(of.weights(), saved);
      of.dispose();
    }
  });

  it("refuses the weights of another predictor", () => {
    const of = predictor("constant");
    const other = predictor("input");
    assert.throws(() => of.assign(other.weights()), EspalierError, /belongs to another search/);
    assert.throws(() => of.assign(new Map([["matrices", new Float32Array(5)]])), EspalierError, /5 values/);
    of.dispose();
    other.dispose();
  });

  it("asks for prompts where it is conditioned on them", () => {
    const of = predictor("input");
    assert.throws(() => of.parameters(null, [0.5]), EspalierError, /prompts' embeddings/);
    of.dispose();
  });

  it("descends a loss of its parameters, and keeps its weights where the gradient is not finite", () => {
    for (const conditioning of CONDITIONINGS) {
      const of = predictor(conditioning);
      const prompts = promptBatch(prepared.samples);
      const optimizer = new AdamW({ weightDecay: 0 });
      const budgets = [0.1, 0.3, 0.7, 0.1, 0.3];
      const loss = () => tf.sum(tf.squaredDifference(of.parameters(prompts, budgets), 1)) as tf.Scalar;
      const value = () => tf.tidy(() => loss().dataSync()[0]);
      const step = (factor: number) => {
        const pass = of.pass(prompts, budgets);
        const gradient = tf.tidy(() => tf.mul(tf.sub(pass.parameters, 1), factor)) as tf.Tensor2D;
        const norm = pass.descend(optimizer, { table: 0.02, network: 0.02 }, gradient);
        pass.dispose();
        gradient.dispose();
        return norm;
      };
      const first = value();
      for (let k = 0; k < 60; k++) assert.isTrue(Number.isFinite(step(2)));
      assert.isBelow(value(), 0.3 * first, conditioning);
      const before = of.weights();
      assert.isNaN(step(Number.NaN));
      assert.deepEqual(of.weights(), before);
      tf.dispose([prompts.rows, prompts.weights]);
      optimizer.dispose();
      of.dispose();
    }
  });

  it("moves the table and the network each at its own rate", () => {
    const of = predictor("input");
    const prompts = promptBatch(prepared.samples);
    const moved = (rates: { table: number; network: number }) => {
      const before = of.weights();
      const pass = of.pass(prompts, [0.1, 0.3, 0.7, 0.1, 0.3]);
      const gradient = tf.tidy(() => tf.onesLike(pass.parameters)) as tf.Tensor2D;
      const optimizer = new AdamW({ weightDecay: 0 });
      pass.descend(optimizer, rates, gradient);
      pass.dispose();
      optimizer.dispose();
      gradient.dispose();
      return [...of.weights()].map(([name, values]) => {
        const from = before.get(name)!;
        return [name, Math.max(...values.map((value, i) => Math.abs(value - from[i])))] as const;
      });
    };
    // Adam's first step is its rate, wherever there is a gradient.
    for (const [name, far] of moved({ table: 0.03, network: 0 })) {
      assert.closeTo(far, name === "table" ? 0.03 : 0, 1e-5, name);
    }
    for (const [name, far] of moved({ table: 0, network: 0.002 })) {
      assert.closeTo(far, name === "table" ? 0 : 0.002, 1e-5, name);
    }
    tf.dispose([prompts.rows, prompts.weights]);
    of.dispose();
  });

  it("has the gradients of finite differences, in every variable", () => {
    for (const conditioning of CONDITIONINGS) {
      const of = shaken(predictor(conditioning));
      const prompts = promptBatch(prepared.samples);
      const budgets = [0.15, 0.3, 0.6, 0.2, 0.4];
      const weigh = randomTensor<tf.Tensor2D>([5, WIDTH], 5);
      const value = () => tf.tidy(() => tf.sum(tf.mul(of.parameters(prompts, budgets), weigh)).dataSync()[0]);
      const pass = of.pass(prompts, budgets);
      const seen = new Map<string, Float32Array>();
      const spy = {
        apply(_: unknown, gradients: ReadonlyMap<string, tf.Tensor>) {
          for (const [name, gradient] of gradients) seen.set(name, gradient.dataSync<"float32">().slice());
          return 0;
        },
      };
      pass.descend(spy as unknown as AdamW, { table: 0, network: 0 }, weigh);
      pass.dispose();
      const start = of.weights();
      const random = new Random(3);
      for (const [name, values] of start) {
        const gradient = seen.get(name)!;
        assert.equal(gradient.length, values.length);
        // Along the gradient itself, the steepest change; and along a direction drawn at random.
        for (const direction of [gradient, gradient.map(() => random.normal())]) {
          const length = Math.hypot(...direction);
          const e = 2e-3;
          const at = (by: number) => {
            of.assign(
              new Map(start).set(
                name,
                values.map((x, i) => x + (by * direction[i]) / length),
              ),
            );
            return value();
          };
          const difference = (at(e) - at(-e)) / (2 * e);
          const slope = gradient.reduce((sum, g, i) => sum + (g * direction[i]) / length, 0);
          assert.closeTo(slope, difference, 0.02 * Math.max(1, Math.abs(difference)), `${conditioning}, ${name}`);
        }
      }
      tf.dispose([prompts.rows, prompts.weights, weigh]);
      of.dispose();
    }
  });

  it("owns its variables and nothing else", () => {
    const before = tf.memory().numTensors;
    for (const conditioning of CONDITIONINGS) {
      const of = predictor(conditioning);
      const prompts = promptBatch(prepared.samples);
      const pass = of.pass(prompts, [0.1, 0.3, 0.7, 0.1, 0.3]);
      const gradient = tf.onesLike(pass.parameters);
      const optimizer = new AdamW();
      pass.descend(optimizer, { table: 0.01, network: 0.01 }, gradient);
      tf.dispose([prompts.rows, prompts.weights, gradient]);
      pass.dispose();
      optimizer.dispose();
      of.dispose();
      assert.equal(tf.memory().numTensors, before, conditioning);
    }
  });
});
