import { assert } from "chai";
import { type CostModel, costModel, costRange, fromNormalised, totalCost } from "../../src/cost/index.js";
import { evaluateCounts, type PreparedSamples, prepareSamples } from "../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../src/models/index.js";
import { countsFromShares, validateShares } from "../../src/schedules/index.js";
import { scout } from "../../src/search/scout.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { equalSamples, tinyModel } from "../relaxation/tinyModel.js";

const LAYERS = 5;

describe("search/scout", () => {
  let model: Qwen25Vl;
  let prepared: PreparedSamples;
  let cost: CostModel;
  before(async () => {
    await useBackend();
    model = tinyModel({ layers: LAYERS });
    cost = costModel("exact", model.shape);
    prepared = await prepareSamples(model, SELECTORS["uniformStride"](), equalSamples(4));
  });
  after(() => {
    prepared.dispose();
    model.dispose();
  });

  it("finds the best of the single cuts that a budget allows", async () => {
    const budgets = [0, 0.2, 0.5, 1];
    const { shares, layerForwards } = await scout(prepared, budgets, cost);
    assert.isAbove(layerForwards, 0);
    const { tokens } = prepared.samples[0];
    const mean = async (counts: number[]) => {
      const { divergence } = await evaluateCounts(
        prepared,
        prepared.samples.map(() => counts),
      );
      return divergence.reduce((sum, d) => sum + d, 0) / divergence.length;
    };
    for (const [b, budget] of budgets.entries()) {
      validateShares(shares[b], LAYERS);
      const counts = countsFromShares(shares[b], tokens.visual);
      const limit = fromNormalised(budget, costRange(cost, tokens));
      assert.isAtMost(totalCost(cost, counts, tokens.text), limit * (1 + 1e-12));
      // Every cut that fits, at its largest kept count.
      let best = Infinity;
      for (let cut = 1; cut < LAYERS; cut++) {
        for (let kept = tokens.visual; kept >= 0; kept--) {
          const row = Array.from({ length: LAYERS }, (_, i) => (i < cut ? tokens.visual : kept));
          if (totalCost(cost, row, tokens.text) > limit) continue;
          best = Math.min(best, await mean(row));
          break;
        }
      }
      assert.isAtMost(await mean(counts), best + 1e-6, `budget ${budget}`);
    }
  });

  it("begins no worse with the additive programme, and charges what it measured", async () => {
    const budgets = [0.1, 0.3, 0.6];
    const shapes = await scout(prepared, budgets, cost);
    const additive = await scout(prepared, budgets, cost, { start: "additive" });
    assert.isAbove(additive.layerForwards, shapes.layerForwards);
    const { tokens } = prepared.samples[0];
    const mean = async (shares: Float64Array) => {
      const counts = countsFromShares(shares, tokens.visual);
      const { divergence } = await evaluateCounts(
        prepared,
        prepared.samples.map(() => counts),
      );
      return divergence.reduce((sum, d) => sum + d, 0) / divergence.length;
    };
    for (const [b, budget] of budgets.entries()) {
      validateShares(additive.shares[b], LAYERS);
      const limit = fromNormalised(budget, costRange(cost, tokens));
      const counts = countsFromShares(additive.shares[b], tokens.visual);
      assert.isAtMost(totalCost(cost, counts, tokens.text), limit * (1 + 1e-12));
      assert.isAtMost(await mean(additive.shares[b]), (await mean(shapes.shares[b])) + 1e-6);
    }
  });

  it("tries every shape on a quarter of the samples, and few on the others", async () => {
    const { samples } = prepared;
    const on = async (count: number) =>
      (await scout({ ...prepared, samples: samples.slice(0, count) }, [0.3], cost)).layerForwards;
    const [one, all] = [await on(1), await on(4)];
    // The best quarter of the shapes runs fewer layers than all of them, and every sample runs some.
    assert.isAbove(all, one + 3 * LAYERS);
    assert.isBelow(all, 3 * one);
  });

  it("passes over what was best on the first quarter alone", async () => {
    const { samples } = prepared;
    const first = await scout({ ...prepared, samples: samples.slice(0, 1) }, [0.2], cost);
    const all = await scout(prepared, [0.2], cost);
    const mean = async (shares: Float64Array) => {
      const counts = countsFromShares(shares, samples[0].tokens.visual);
      const { divergence } = await evaluateCounts(
        prepared,
        samples.map(() => counts),
      );
      return divergence.reduce((sum, d) => sum + d, 0) / divergence.length;
    };
    assert.isAtMost(await mean(all.shares[0]), (await mean(first.shares[0])) + 1e-6);
  });
});
