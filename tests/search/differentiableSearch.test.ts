import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import { type CostModel, costModel, costRange, fromNormalised } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import {
  type EncodedSampleLike,
  evaluateCounts,
  heldSamples,
  type PreparedSamples,
  prepareSamples,
  StreamedSamples,
} from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import type { Estimator } from "../../src/relaxation/index.js";
import { kernelFunction } from "../../src/schedules/index.js";
import {
  type BudgetReading,
  CONDITIONINGS,
  DEFAULT_BUDGETS,
  DifferentiableSearch,
  FORMS,
  type LagrangianForm,
  type SearchOptions,
  type SearchStep,
} from "../../src/search/index.js";
import { scout } from "../../src/search/scout.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Pacer, Stopped, useBackend } from "../../src/tensor/index.js";
import { equalSamples, mixedSamples, tinyModel, tinySample } from "../relaxation/tinyModel.js";

const LAYERS = 4;

describe("search/differentiableSearch", () => {
  let model: Qwen25Vl;
  let prepared: PreparedSamples;
  let validation: PreparedSamples;
  let cost: CostModel;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: LAYERS });
    cost = costModel("exact", model.shape);
    prepared = await prepareSamples(model, SELECTORS["fastv"](), equalSamples(10));
    validation = await prepareSamples(model, SELECTORS["fastv"](), mixedSamples());
  });
  after(() => {
    prepared.dispose();
    validation.dispose();
    model.dispose();
  });

  const make = (
    options: Partial<SearchOptions> = {},
    samples = prepared,
    streamed: readonly EncodedSampleLike[] = [],
  ) =>
    new DifferentiableSearch(new StreamedSamples(samples, streamed), {
      kernel: kernelFunction("multiStep:2"),
      cost,
      budgets: [0.1, 0.3, 0.6],
      batch: 4,
      epochs: 2,
      scouts: 0,
      seed: 3,
      ...options,
    });

  const finish = async (search: DifferentiableSearch): Promise<SearchStep[]> => {
    const steps: SearchStep[] = [];
    while (!search.finished) steps.push(await search.step());
    return steps;
  };

  const schedulesOf = (search: DifferentiableSearch, samples: PreparedSamples, budget: number) => {
    const values = samples.samples.map(({ tokens }) => fromNormalised(budget, costRange(cost, tokens)));
    return search.schedules(
      samples.samples,
      values,
      values.map(() => budget),
    );
  };

  it("finds the same where samples are held, and where all or some go through the teacher whenever they are drawn", async () => {
    const encoded = equalSamples(10);
    const found = async (held: number) => {
      const first = await prepareSamples(model, SELECTORS["fastv"](), encoded.slice(0, held));
      const search = make({ scouts: 3 }, first, encoded.slice(held));
      const steps = await finish(search);
      const shares = schedulesOf(search, validation, 0.3).shares.map((row) => [...row]);
      search.dispose();
      first.dispose();
      return { steps, shares };
    };
    const all = await found(10);
    for (const held of [0, 4]) {
      const before = tf.memory().numTensors;
      const { steps, shares } = await found(held);
      assert.equal(tf.memory().numTensors, before);
      steps.forEach((step, i) => {
        assert.closeTo(step.divergence, all.steps[i].divergence, 1e-4);
      });
      shares.forEach((row, s) => {
        row.forEach((share, i) => {
          assert.closeTo(share, all.shares[s][i], 1e-3);
        });
      });
      // The teacher's passes: two epochs of those that are not held, and the scouts among them.
      const again = LAYERS * (2 * (10 - held) + Math.max(0, 3 - held));
      assert.equal(steps.at(-1)!.layerForwards, all.steps.at(-1)!.layerForwards + again);
    }
  });

  it("trains the paper's twenty budgets unless told otherwise", () => {
    assert.lengthOf(DEFAULT_BUDGETS, 20);
    assert.equal(DEFAULT_BUDGETS[0], 0.01);
    DEFAULT_BUDGETS.slice(1).forEach((budget, i) => {
      assert.closeTo(budget, 0.05 * (i + 1), 1e-12);
    });
    const search = new DifferentiableSearch(heldSamples(prepared), { kernel: kernelFunction("multiStep"), cost });
    assert.deepEqual(search.options.budgets, [...DEFAULT_BUDGETS]);
    assert.equal(search.steps, search.stepsPerEpoch * search.options.epochs);
    search.dispose();
  });

  it("gives the same numbers for the same seed, others for another", async () => {
    const run = async (seed: number, options: Partial<SearchOptions>) => {
      const search = make({ seed, validation, ...options });
      const steps = await finish(search);
      const result = { steps, weights: search.predictor.weights(), schedules: schedulesOf(search, validation, 0.3) };
      search.dispose();
      return result;
    };
    // The look at single cuts is repeated with the table, which is moved to them soonest.
    for (const options of [{}, { conditioning: "constant", scouts: 3, epochs: 1 }] as const) {
      assert.deepEqual(await run(3, options), await run(3, options));
    }
    assert.notDeepEqual((await run(4, {})).steps, (await run(3, {})).steps);
  });

  for (const conditioning of CONDITIONINGS) {
    it(`goes on from a state as if it had never stopped (${conditioning})`, async () => {
      // The look at single cuts belongs to the state; once is enough to see it.
      const scouts = conditioning === "constant" ? 3 : 0;
      const options = { conditioning, scouts, epochs: 3, validation, lagrangian: { form: "perSample" as const } };
      const whole = make(options);
      const undisturbed = await finish(whole);
      let search = make(options);
      const steps: SearchStep[] = [];
      while (!search.finished) {
        do steps.push(await search.step());
        while (!search.betweenEpochs);
        const state = structuredClone(search.state);
        search.dispose();
        search = make(options);
        search.restore(state);
      }
      assert.deepEqual(steps, undisturbed);
      assert.deepEqual(search.state, whole.state);
      assert.deepEqual(schedulesOf(search, validation, 0.3), schedulesOf(whole, validation, 0.3));
      search.dispose();
      whole.dispose();
    });
  }

  it("may be asked for its state between epochs only", async () => {
    const search = make();
    await search.step();
    assert.throws(() => search.state, RangeError);
    search.dispose();
  });

  it("serves a budget that was not trained as validation samples say", async () => {
    const search = make({ scouts: 4, validation });
    const at = (budget: number) => {
      const costs = validation.samples.map(({ tokens }) => fromNormalised(budget, costRange(cost, tokens)));
      return [costs, costs.map(() => budget)] as const;
    };
    assert.deepEqual(await search.readingOf(validation, ...at(0.45)), { reading: null, layerForwards: 0 });
    await finish(search);
    // 0.3 was trained, and chose with the others.
    assert.deepEqual(await search.readingOf(validation, ...at(0.3)), { reading: null, layerForwards: 0 });
    for (const budget of [0.02, 0.2, 0.45, 0.9]) {
      const { reading, layerForwards } = await search.readingOf(validation, ...at(budget));
      const { snapshots } = search.state;
      const shape = await scout(validation, [budget], cost);
      const tried = 3 * snapshots.length + 1;
      assert.equal(layerForwards, shape.layerForwards + tried * validation.samples.length * (LAYERS - 1));
      const means = new Map<string, number>();
      const meanOf = async (reading: BudgetReading) => {
        const { projections } = search.schedules(validation.samples, ...at(budget), reading);
        projections.forEach((projection, s) => {
          assert.isAtMost(projection.cost, at(budget)[0][s] * (1 + 1e-12));
        });
        const counts = projections.map((projection) => projection.counts);
        const { divergence } = await evaluateCounts(validation, counts);
        return divergence.reduce((sum, d) => sum + d, 0) / divergence.length;
      };
      means.set("shape", await meanOf({ as: "shape", shares: shape.shares[0] }));
      for (const snapshot of snapshots.keys()) {
        for (const as of ["itself", "below", "above"] as const) {
          means.set(`${snapshot} ${as}`, await meanOf({ snapshot, as }));
        }
      }
      const chosen = reading!.as === "shape" ? "shape" : `${reading!.snapshot} ${reading!.as}`;
      assert.closeTo(means.get(chosen)!, Math.min(...means.values()), 1e-9);
    }
    search.dispose();
  });

  it("serves every budget by the best of its snapshots on validation samples", async () => {
    const search = make({ validation, epochs: 4, learningRate: 0.2 });
    await finish(search);
    const { snapshots, choice } = search.state;
    assert.lengthOf(choice, 3);
    assert.equal(snapshots.length, 2);
    for (const [b, budget] of search.options.budgets.entries()) {
      const means: number[] = [];
      for (const snapshot of snapshots) {
        const plain = make({ epochs: 4 });
        plain.predictor.assign(snapshot);
        const counts = schedulesOf(plain, validation, budget).projections.map((projection) => projection.counts);
        const { divergence } = await evaluateCounts(validation, counts);
        means.push(divergence.reduce((sum, d) => sum + d, 0) / divergence.length);
        plain.dispose();
      }
      assert.closeTo(means[choice[b]], Math.min(...means), 1e-9);
      const plain = make();
      plain.predictor.assign(snapshots[choice[b]]);
      assert.deepEqual(schedulesOf(search, validation, budget), schedulesOf(plain, validation, budget));
      plain.dispose();
    }
    search.dispose();
  });

  it("never exceeds a budget in what it proposes, for samples of any size", async () => {
    const search = make({ epochs: 1 });
    await finish(search);
    for (const budget of [0.1, 0.25, 0.6, 0.9]) {
      const { projections, shares } = schedulesOf(search, validation, budget);
      projections.forEach((projection, s) => {
        const limit = fromNormalised(budget, costRange(cost, validation.samples[s].tokens));
        assert.isAtMost(projection.cost, limit * (1 + 1e-12));
        assert.lengthOf(shares[s], LAYERS);
      });
    }
    search.dispose();
  });

  const overfits: [LagrangianForm, Estimator][] = [
    ["projected", "marginal"],
    ["perSample", "marginal"],
    ["projected", "straightThrough"],
  ];
  for (const [form, estimator] of overfits) {
    it(`overfits one batch (${form}, ${estimator})`, async () => {
      const other = tinyModel({ layers: LAYERS, seed: 4 });
      const samples = [0, 1, 2, 3].map((s) => tinySample(`o${s}`, [3, [8, 16], 5], 3));
      const few = await prepareSamples(other, SELECTORS["fastv"](), samples);
      const lagrangian = { form, multiplier: 0.05, penalty: 2 };
      // A parameter for every layer: with fewer, a search without scouts can end in a basin of the kernel's own.
      const kernel = kernelFunction("free");
      const search = make(
        { kernel, budgets: [0.4], epochs: 60, learningRate: 5e-3, scouts: 0, estimator, lagrangian },
        few,
      );
      const measure = async () => {
        const counts = schedulesOf(search, few, 0.4).projections.map((projection) => projection.counts);
        const { divergence } = await evaluateCounts(few, counts);
        return divergence.reduce((sum, d) => sum + d, 0) / divergence.length;
      };
      const first = await measure();
      await finish(search);
      assert.isBelow(await measure(), 0.75 * first);
      search.dispose();
      few.dispose();
      other.dispose();
    });
  }

  it("runs in every form, and reports violations as they are", async () => {
    for (const form of FORMS) {
      const search = make({ lagrangian: { form }, scouts: 0, epochs: 1 });
      for (const step of await finish(search)) {
        assert.isAtLeast(step.divergence, -1e-6);
        assert.isAtLeast(step.violation, 0);
        if (form === "projected") assert.isBelow(step.violation, 1e-6);
      }
      search.dispose();
    }
  });

  it("charges three layer-forwards a sample and layer behind the first, and what it looked at before", async () => {
    const search = make({ scouts: 0, epochs: 1 });
    const steps = await finish(search);
    assert.deepEqual(
      steps.map(({ layerForwards }) => layerForwards),
      [4, 8, 10].map((samples) => samples * 3 * (LAYERS - 1)),
    );
    search.dispose();
    const looking = make({ scouts: 2, epochs: 1, conditioning: "constant" });
    const { layerForwards } = await looking.step();
    assert.isAbove(layerForwards, 4 * 3 * (LAYERS - 1));
    looking.dispose();
  });

  it("refuses budgets out of range and an empty list of samples in a sentence", () => {
    for (const budgets of [[0.5, 1.2], [-0.1], [Number.NaN], []]) {
      assert.throws(() => make({ budgets }), EspalierError, /normalised budgets from 0/);
    }
    assert.throws(() => make({}, { ...prepared, samples: [] }), EspalierError, /at least one training sample/);
  });

  it("stops on request, and the step it was in leaves nothing behind", async () => {
    const search = make({ scouts: 0 });
    await search.step();
    const before = tf.memory().numTensors;
    const weights = search.predictor.weights();
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    let thrown: unknown;
    try {
      for (let i = 0; i < 1000; i++) {
        // Without a turn of the event loop between steps nobody could ask.
        await new Promise((resolve) => setImmediate(resolve));
        await search.step(new Pacer(controller.signal));
      }
    } catch (error) {
      thrown = error;
    }
    assert.instanceOf(thrown, Stopped);
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(search.predictor.weights(), weights);
    search.dispose();
  });

  it("keeps no tensor over 200 steps, and returns all of them", async () => {
    const start = tf.memory().numTensors;
    const search = make({ scouts: 0, epochs: 100 });
    await search.step();
    await search.step();
    const before = tf.memory().numTensors;
    const resident = process.memoryUsage.rss();
    for (let i = 0; i < 200; i++) await search.step();
    assert.equal(tf.memory().numTensors, before);
    // Freed memory returns to the system late; a leak of one batch's activations each step would be ten times this.
    assert.isBelow(process.memoryUsage.rss() - resident, 96 * 2 ** 20);
    search.dispose();
    assert.equal(tf.memory().numTensors, start);
  });

  it("gives others a turn while it works", async () => {
    const search = make({ epochs: 40 });
    let last = performance.now();
    let longest = 0;
    let turns = 0;
    const watch = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      turns++;
    }, 1);
    await search.step();
    const pacer = new Pacer();
    for (let i = 0; i < 60; i++) await search.step(pacer);
    clearInterval(watch);
    assert.isAbove(turns, 5);
    // A turn is due every 50 ms; a machine that does something else may take longer.
    assert.isBelow(longest, 250);
    search.dispose();
  });
});
