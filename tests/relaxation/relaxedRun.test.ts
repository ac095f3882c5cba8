import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { evaluateCounts, type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { ESTIMATORS, type RelaxedResult, relaxedRun } from "../../src/relaxation/index.js";
import { KERNEL_FUNCTIONS, kernelFunction } from "../../src/schedules/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Pacer, Random, Stopped, useBackend } from "../../src/tensor/index.js";
import { fallingShares, mixedSamples, tinyModel } from "./tinyModel.js";

const LAYERS = 4;

/** Schedules for a batch: [B][L] shares. */
const SCHEDULES: Record<string, (samples: number, random: Random) => number[][]> = {
  "share 0": (samples) => Array.from({ length: samples }, () => [1, 0, 0, 0]),
  "share 1": (samples) => Array.from({ length: samples }, () => [1, 1, 1, 1]),
  half: (samples) => Array.from({ length: samples }, () => [1, 0.5, 0.5, 0.5]),
  "0 at the end": (samples) => Array.from({ length: samples }, () => [1, 1, 0.4, 0]),
  falling: (samples, random) => Array.from({ length: samples }, () => fallingShares(LAYERS, random)),
  "another falling": (samples, random) => Array.from({ length: samples }, () => fallingShares(LAYERS, random)),
  "from nothing to everything": (samples) =>
    Array.from({ length: samples }, (_, b) => [1, ...new Array<number>(LAYERS - 1).fill(b / (samples - 1))]),
};

function largest(rows: readonly ArrayLike<number>[]): number {
  return Math.max(...rows.flatMap((row) => Array.from(row, Math.abs)));
}

function assertEqualGradients(found: RelaxedResult, wanted: RelaxedResult, label: string, tolerance = 1e-4): void {
  // Where nothing is pruned the divergence is at its least, and its gradient is rounding.
  const scale = Math.max(largest(wanted.gradient), 1e-2);
  found.gradient.forEach((row, b) => {
    row.forEach((value, i) => {
      assert.isBelow(Math.abs(value - wanted.gradient[b][i]) / scale, tolerance, `${label}: sample ${b}, layer ${i}`);
    });
  });
}

for (const [kind, windows] of [
  ["full attention", [null, null, null, null]],
  ["windows", [null, 9, null, 12]],
] as const) {
  describe(`relaxed runs (${kind})`, () => {
    let model: Qwen25Vl;
    const prepared = new Map<string, PreparedSamples>();

    before(async () => {
      await useBackend();
      model = tinyModel({ layers: LAYERS, windows });
      for (const name of Object.keys(SELECTORS)) {
        prepared.set(name, await prepareSamples(model, SELECTORS[name](3), mixedSamples()));
      }
    });
    after(() => {
      for (const samples of prepared.values()) samples.dispose();
      model.dispose();
    });

    const eachSchedule = async (
      check: (name: string, samples: PreparedSamples, shares: number[][], label: string) => Promise<void>,
    ) => {
      const random = new Random(4);
      for (const [name, samples] of prepared) {
        for (const [schedule, make] of Object.entries(SCHEDULES)) {
          const shares = make(samples.samples.length, random);
          await check(name, samples, shares, `${name}, ${schedule}`);
        }
      }
    };

    it("diverge as runs whose tokens are removed, whether dead rows stay or go", async () => {
      await eachSchedule(async (_, samples, shares, label) => {
        const compact = await relaxedRun(samples, samples.samples, shares);
        const dense = await relaxedRun(samples, samples.samples, shares, { dense: true });
        assert.deepEqual(dense.counts, compact.counts, label);
        const removed = await evaluateCounts(samples, compact.counts);
        samples.samples.forEach(({ tokens }, b) => {
          assert.deepEqual(
            compact.counts[b],
            shares[b].map((share) => Math.floor(share * tokens.visual + 0.5)),
            label,
          );
          const scale = Math.max(1, removed.divergence[b]);
          assert.isBelow(
            Math.abs(compact.divergence[b] - removed.divergence[b]) / scale,
            2e-6,
            `${label}: sample ${b}`,
          );
          assert.isBelow(Math.abs(dense.divergence[b] - removed.divergence[b]) / scale, 2e-6, `${label}: sample ${b}`);
        });
      });
    });

    it("have the gradients of the dense masked graph, with either estimator", async () => {
      await eachSchedule(async (_, samples, shares, label) => {
        for (const estimator of ESTIMATORS) {
          const compact = await relaxedRun(samples, samples.samples, shares, { estimator });
          const dense = await relaxedRun(samples, samples.samples, shares, { estimator, dense: true });
          assertEqualGradients(compact, dense, `${estimator}, ${label}`);
        }
      });
    });

    it("are the same one sample at a time", async () => {
      await eachSchedule(async (_, samples, shares, label) => {
        const together = await relaxedRun(samples, samples.samples, shares);
        // Where nothing is pruned the divergence is at its least, and its gradient is rounding.
        const scale = Math.max(largest(together.gradient), 1e-2);
        for (const [b, sample] of samples.samples.entries()) {
          const alone = await relaxedRun(samples, [sample], [shares[b]]);
          assert.deepEqual(alone.counts[0], together.counts[b]);
          assert.closeTo(
            alone.divergence[0],
            together.divergence[b],
            1e-5 * Math.max(1, together.divergence[b]),
            label,
          );
          alone.gradient[0].forEach((value, i) => {
            assert.isBelow(Math.abs(value - together.gradient[b][i]) / scale, 1e-4, `${label}, layer ${i}`);
          });
        }
      });
    });

    it("give no gradient to layer 0 nor to a sample without a picture, and some to the others", async () => {
      for (const samples of prepared.values()) {
        const shares = SCHEDULES["half"](samples.samples.length, new Random(1));
        const { gradient } = await relaxedRun(samples, samples.samples, shares);
        gradient.forEach((row, b) => {
          assert.equal(row[0], 0);
          const { visual } = samples.samples[b].tokens;
          if (visual === 0) assert.deepEqual([...row], new Array<number>(LAYERS).fill(0));
          else assert.isAbove(largest([row]), 0);
        });
      }
    });

    it("with a soft forward have the finite differences' gradients, through the scores as well", async () => {
      const random = new Random(6);
      let compared = 0;
      for (const [name, samples] of prepared) {
        // Counts in the middle of their range: a small step changes none of them.
        const shares = samples.samples.map(({ tokens }) => {
          const V = Math.max(1, tokens.visual);
          return fallingShares(LAYERS, random).map((share, i) =>
            i === 0 ? 1 : (Math.floor(share * (V - 1)) + 0.8) / V,
          );
        });
        const options = { forward: "soft", estimator: "straightThrough" } as const;
        const { gradient, counts } = await relaxedRun(samples, samples.samples, shares, options);
        for (let i = 1; i < LAYERS; i++) {
          const moved = (by: number) => shares.map((row) => row.map((share, j) => (j === i ? share + by : share)));
          const quotients = async (step: number) => {
            const up = await relaxedRun(samples, samples.samples, moved(step), options);
            const down = await relaxedRun(samples, samples.samples, moved(-step), options);
            assert.deepEqual(up.counts, counts);
            assert.deepEqual(down.counts, counts);
            return up.divergence.map((value, b) => (value - down.divergence[b]) / (2 * step));
          };
          const near = await quotients(6e-4);
          const far = await quotients(1.2e-3);
          gradient.forEach((row, b) => {
            const difference = near[b];
            // Float32 divergences leave some 3e-4 of rounding in a difference quotient.
            const scale = Math.max(Math.abs(difference), 0.02 * largest(gradient), 0.03);
            // Where another token becomes the worst within a step there is a kink, and differences say nothing.
            if (Math.abs(far[b] - difference) / scale > 0.05) return;
            assert.isBelow(
              Math.abs(row[i] - difference) / scale,
              0.02,
              `${name}: sample ${b}, layer ${i}: ${row[i]}, ${difference}`,
            );
            compared++;
          });
        }
      }
      assert.isAbove(compared / (prepared.size * 5 * (LAYERS - 1)), 0.9);
    });

    it("leave nothing allocated, stopped or not", async () => {
      const samples = prepared.get("fastv")!;
      const shares = SCHEDULES["falling"](samples.samples.length, new Random(2));
      const before = tf.memory().numTensors;
      await relaxedRun(samples, samples.samples, shares);
      assert.equal(tf.memory().numTensors, before);
      const pacer = new Pacer(AbortSignal.abort());
      let thrown: unknown;
      await relaxedRun(samples, samples.samples, shares, { pacer }).catch((error: unknown) => {
        thrown = error;
      });
      assert.instanceOf(thrown, Stopped);
      assert.equal(tf.memory().numTensors, before);
    });
  });
}

describe("kernel parameters behind a relaxed run", () => {
  let model: Qwen25Vl;
  let samples: PreparedSamples;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: LAYERS, seed: 5 });
    samples = await prepareSamples(model, SELECTORS["fastv"](), mixedSamples().slice(0, 1));
  });
  after(() => {
    samples.dispose();
    model.dispose();
  });

  for (const name of Object.keys(KERNEL_FUNCTIONS)) {
    it(`${name}: the chain to its parameters equals finite differences of the soft divergence within 2 %`, async () => {
      // A gentle slope: steep cuts leave nearly nothing to compare.
      const kernel = kernelFunction(
        name === "linear" || name === "free"
          ? name
          : { name, ...(name === "singleStep" || name === "multiStep" ? { kappa: 2 } : {}) },
      );
      const options = { forward: "soft", estimator: "straightThrough" } as const;
      const sharesOf = (theta: ArrayLike<number>) =>
        tf.tidy(() =>
          kernel.shares(tf.tensor2d(Float32Array.from(theta), [1, theta.length]), LAYERS).dataSync<"float32">(),
        );
      // A start whose counts stay as they are when a parameter moves a little.
      const random = new Random(9);
      const step = 1e-3;
      let compared = 0;
      for (let draw = 0; draw < 12 && compared < 2 * kernel.parameterCount(LAYERS); draw++) {
        const theta = Array.from(kernel.initial(LAYERS), (value) => value + 0.7 * random.normal());
        const at = await relaxedRun(samples, samples.samples, [sharesOf(theta)], options);
        const dShares = tf.tensor2d(Float32Array.from(at.gradient[0]), [1, LAYERS]);
        const chained = tf.tidy(() =>
          tf
            .grad((t) => tf.sum(tf.mul(kernel.shares(t as tf.Tensor2D, LAYERS), dShares)))(tf.tensor2d([theta]))
            .dataSync(),
        );
        dShares.dispose();
        const scale = Math.max(...Array.from(chained, Math.abs));
        for (let p = 0; p < theta.length; p++) {
          const moved = (by: number) => theta.map((value, j) => (j === p ? value + by : value));
          const up = await relaxedRun(samples, samples.samples, [sharesOf(moved(step))], options);
          const down = await relaxedRun(samples, samples.samples, [sharesOf(moved(-step))], options);
          if (String(up.counts) !== String(at.counts) || String(down.counts) !== String(at.counts)) continue;
          const difference = (up.divergence[0] - down.divergence[0]) / (2 * step);
          const allowed = 0.02 * Math.max(Math.abs(difference), 0.05 * scale, 0.03);
          assert.closeTo(chained[p], difference, allowed, `${name}, draw ${draw}, parameter ${p}`);
          compared++;
        }
      }
      assert.isAtLeast(compared, kernel.parameterCount(LAYERS));
    });
  }
});
