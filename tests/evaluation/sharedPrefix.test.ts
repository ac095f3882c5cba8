import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import {
  type CountsOf,
  evaluateCounts,
  evaluateShared,
  type PreparedSamples,
  prepareSamples,
} from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { countsFromShares } from "../../src/schedules/index.js";
import { referenceGrid } from "../../src/search/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { Pacer, Stopped, useBackend } from "../../src/tensor/index.js";
import { equalSamples, mixedSamples, tinyModel } from "../relaxation/tinyModel.js";

const LAYERS = 4;
const GRID = referenceGrid(LAYERS, { singleStep: 21, random: 30 });
const countsOf: CountsOf = (c, { tokens }) => countsFromShares(GRID[c], tokens.visual);

describe("evaluation/sharedPrefix", () => {
  let model: Qwen25Vl;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: LAYERS });
  });
  after(() => model.dispose());

  const each = async (check: (prepared: PreparedSamples, name: string) => Promise<void>) => {
    for (const name of Object.keys(SELECTORS)) {
      const prepared = await prepareSamples(model, SELECTORS[name](2), [...mixedSamples(), ...equalSamples(3)]);
      await check(prepared, name);
      prepared.dispose();
    }
  };

  it("gives every configuration what evaluating it alone gives", async () => {
    await each(async (prepared, name) => {
      const before = tf.memory().numTensors;
      const { results } = await evaluateShared(prepared, GRID.length, countsOf, { batch: 3 });
      assert.equal(tf.memory().numTensors, before);
      for (const c of GRID.keys()) {
        const counts = prepared.samples.map((sample) => countsOf(c, sample));
        const alone = await evaluateCounts(prepared, counts);
        prepared.samples.forEach((_, s) => {
          const scale = Math.max(1, alone.divergence[s]);
          assert.closeTo(results[c].divergence[s] / scale, alone.divergence[s] / scale, 1e-5, `${name}, ${c}, ${s}`);
        });
        assert.deepEqual(results[c].exact, alone.exact);
      }
    });
  });

  it("runs each distinct prefix once, however the samples are batched", async () => {
    const prepared = await prepareSamples(model, SELECTORS["uniformStride"](), [...mixedSamples(), ...equalSamples(3)]);
    let forwards = 0;
    let rows = 0;
    for (const sample of prepared.samples) {
      const prefixes = new Set<string>();
      for (const c of GRID.keys()) {
        const counts = countsOf(c, sample);
        for (let length = 1; length <= LAYERS; length++) prefixes.add(Array.from(counts).slice(0, length).join());
      }
      forwards += prefixes.size;
      for (const prefix of prefixes) rows += sample.tokens.text + Number(prefix.split(",").at(-1));
    }
    for (const batch of [1, 2, 32]) {
      const shared = await evaluateShared(prepared, GRID.length, countsOf, { batch });
      assert.equal(shared.layerForwards, forwards);
      assert.equal(shared.tokens.shared, rows);
      assert.equal(shared.unsharedLayerForwards, GRID.length * prepared.samples.length * LAYERS);
      assert.isBelow(forwards, shared.unsharedLayerForwards / 2);
    }
    prepared.dispose();
  });

  it("tells how far it is, and stops on request without a trace", async () => {
    const prepared = await prepareSamples(model, SELECTORS["fastv"](), mixedSamples());
    const told: number[] = [];
    const before = tf.memory().numTensors;
    const aborted = new AbortController();
    let thrown: unknown;
    await evaluateShared(prepared, GRID.length, countsOf, {
      pacer: new Pacer(aborted.signal),
      onProgress(share) {
        told.push(share);
        if (share > 0.4) aborted.abort();
      },
    }).catch((error: unknown) => {
      thrown = error;
    });
    assert.instanceOf(thrown, Stopped);
    assert.isBelow(told.at(-1)!, 0.9);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.equal(tf.memory().numTensors, before);
    await evaluateShared(prepared, GRID.length, countsOf, { onProgress: (share) => told.push(share) });
    assert.equal(told.at(-1), 1);
    prepared.dispose();
  });
});
