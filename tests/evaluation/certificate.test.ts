import * as tf from "@tensorflow/tfjs";
import { expect } from "chai";
import fc from "fast-check";
import { costModel, costRange, totalCost } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import {
  certificate,
  changedCounts,
  evaluateCounts,
  type PreparedSamples,
  prepareSamples,
} from "../../src/evaluation/index.js";
import type { VisionLanguageModel } from "../../src/models/index.js";
import { validateCounts } from "../../src/schedules/index.js";
import { SELECTORS, selector } from "../../src/selectors/index.js";
import { Pacer, Stopped, useBackend } from "../../src/tensor/index.js";
import { syntheticModel, syntheticSamples } from "../bench/syntheticModel.js";
import { mixedSamples, tinyModel } from "../relaxation/tinyModel.js";

describe("evaluation/certificate", () => {
  let model: VisionLanguageModel;
  let prepared: PreparedSamples;

  before(async () => {
    await useBackend();
    model = syntheticModel();
    prepared = await prepareSamples(model, selector("fastv"), syntheticSamples(3));
  });
  after(() => {
    prepared.dispose();
    model.dispose();
  });

  it("is the difference of two executed runs, over the difference of their costs", async () => {
    const { layers } = model.shape;
    const counts = prepared.samples.map(() => Array.from({ length: layers }, (_, i) => 64 - 6 * i));
    const cost = costModel("exact", model.shape);
    const { changes, divergence } = await certificate(prepared, counts, cost, { tokens: 2 });
    expect(changes).to.have.length(2 * (layers - 1));
    const third = counts.map((row) => row.map((count, i) => (i === 3 ? count + 2 : count)));
    const moved = await evaluateCounts(prepared, third);
    const change = changes.find(({ layer, tokens }) => layer === 3 && tokens === 2)!;
    expect(change.samples).to.equal(3);
    change.divergence.forEach((d, s) => {
      expect(d).to.be.closeTo(moved.divergence[s] - divergence[s], 1e-6);
    });
    const { full, floor } = costRange(cost, prepared.samples[0].tokens);
    const paid = (totalCost(cost, third[0], 28) - totalCost(cost, counts[0], 28)) / (full - floor);
    for (const step of change.cost) expect(step).to.be.closeTo(paid, 1e-15);
    const saved = -change.divergence.reduce((a, b) => a + b, 0);
    expect(change.price).to.be.closeTo(saved / (3 * paid), 1e-9 * Math.abs(change.price!));
    for (const { tokens, cost: steps } of changes)
      for (const step of steps) expect(Math.sign(step)).to.equal(Math.sign(tokens));
  });

  it("gives every sample what running its change alone gives, for every selector and any batch", async () => {
    const tiny = tinyModel({ layers: 4 });
    for (const name of Object.keys(SELECTORS)) {
      const mixed = await prepareSamples(tiny, SELECTORS[name](2), mixedSamples());
      // Each sample has its own plateau, so a change is legal in some of a batch only.
      const counts = mixed.samples.map(({ tokens: { visual } }, s) => [
        visual,
        Math.max(0, visual - (s % 2)),
        Math.max(0, visual - 1 - (s % 3)),
        Math.max(0, visual - 3),
      ]);
      const cost = costModel("exact", tiny.shape);
      const before = tf.memory().numTensors;
      const whole = await certificate(mixed, counts, cost);
      const small = await certificate(mixed, counts, cost, { batch: 2 });
      expect(tf.memory().numTensors, name).to.equal(before);
      let partly = 0;
      for (const [c, { layer, tokens, legal, divergence }] of whole.changes.entries()) {
        expect(legal).to.deep.equal(small.changes[c].legal);
        if (legal.length > 0 && legal.length < counts.length) partly++;
        for (const [l, s] of legal.entries()) {
          const moved = changedCounts(counts[s], layer, tokens)!;
          const alone = await evaluateCounts({ ...mixed, samples: [mixed.samples[s]] }, [moved]);
          expect(divergence[l], name).to.be.closeTo(alone.divergence[0] - whole.divergence[s], 1e-5);
          expect(small.changes[c].divergence[l], name).to.be.closeTo(divergence[l], 1e-5);
        }
      }
      expect(partly, "changes that are legal in some samples only").to.be.greaterThan(0);
      mixed.dispose();
    }
    tiny.dispose();
  });

  it("runs the layers before a change once, and says how far it is", async () => {
    const { layers } = model.shape;
    const counts = prepared.samples.map(() => Array.from({ length: layers }, (_, i) => 64 - 6 * i));
    const shares: number[] = [];
    const { layerForwards } = await certificate(prepared, counts, costModel("exact", model.shape), {
      onProgress: (share) => shares.push(share),
    });
    // Every change is legal: two for each layer from 1 on, each from its own layer to the end.
    expect(layerForwards).to.equal(3 * (layers - 1 + layers * (layers - 1)));
    expect(shares).to.deep.equal([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).to.equal(1);
  });

  it("leaves out changes that are no schedule", async () => {
    const { layers } = model.shape;
    const counts = prepared.samples.map(() => Array.from({ length: layers }, (_, i) => (i < 4 ? 64 : 10)));
    const { changes } = await certificate(prepared, counts, costModel("exact", model.shape));
    const legal = changes.filter(({ samples }) => samples > 0).map(({ layer, tokens }) => `${layer}:${tokens}`);
    // A cut may move where it falls: the last full layer loses, the first cut one gains, and the last one may lose.
    expect(legal).to.deep.equal(["3:-1", "4:1", `${layers - 1}:-1`]);
    expect(changes.find(({ layer, tokens }) => layer === 1 && tokens === 1)?.price).to.equal(null);
  });

  it("changes counts to a schedule, or not at all", () => {
    const schedule = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 6 })
      .map((row) => row.sort((a, b) => b - a));
    const step = fc.integer({ min: -4, max: 4 }).filter((tokens) => tokens !== 0);
    fc.assert(
      fc.property(schedule, fc.nat(5), step, (row, at, tokens) => {
        const layer = 1 + (at % (row.length - 1));
        const moved = row.map((count, i) => (i === layer ? count + tokens : count));
        let legal = true;
        try {
          validateCounts(moved, row.length, row[0]);
        } catch {
          legal = false;
        }
        expect(changedCounts(row, layer, tokens)).to.deep.equal(legal ? moved : null);
      }),
    );
  });

  it("stops between two layers and leaves no tensor behind", async () => {
    const counts = prepared.samples.map(() => Array.from({ length: model.shape.layers }, (_, i) => 64 - 6 * i));
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const error = await certificate(prepared, counts, costModel("exact", model.shape), {
      pacer: new Pacer(controller.signal),
      onProgress: () => controller.abort(),
    }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Stopped);
    expect(tf.memory().numTensors).to.equal(before);
  });

  it("refuses a change of no tokens", async () => {
    const counts = prepared.samples.map(() => new Array<number>(model.shape.layers).fill(64));
    for (const tokens of [0, -1, 1.5, Number.NaN]) {
      const error = await certificate(prepared, counts, costModel("exact", model.shape), { tokens }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(EspalierError);
    }
  });
});
