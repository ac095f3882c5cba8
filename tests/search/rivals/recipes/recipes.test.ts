import { assert } from "chai";
import fc from "fast-check";
import { costModel, costRange, type DecoderShape, totalCost } from "../../../../src/cost/index.js";
import { EspalierError } from "../../../../src/errors.js";
import { evaluateCounts, type PreparedSamples, prepareSamples } from "../../../../src/evaluation/index.js";
import type { Qwen25Vl } from "../../../../src/models/index.js";
import { countsFromShares, validateCounts, validateShares } from "../../../../src/schedules/index.js";
import {
  chooseVtwLayer,
  fastvShares,
  fitpruneRecipe,
  pyramidDropShares,
  RECIPES,
  recipeMaker,
  recipeWithin,
  sparsevlmShares,
  vtwShares,
} from "../../../../src/search/index.js";
import { deletable } from "../../../../src/search/rivals/recipes/fitprune.js";
import { SELECTORS } from "../../../../src/selectors/index.js";
import { Pacer, useBackend } from "../../../../src/tensor/index.js";
import { equalSamples, mixedSamples, tinyModel, tinySample } from "../../../relaxation/tinyModel.js";

const LAYERS = 4;
let model: Qwen25Vl;
let prepared: PreparedSamples;

before(async () => {
  await useBackend();
  model = tinyModel({ layers: LAYERS });
  prepared = await prepareSamples(model, SELECTORS["fitprune"](), mixedSamples());
});
after(() => {
  prepared.dispose();
  model.dispose();
});

/** [number of layers, tokens] in order. */
function runs(counts: readonly number[]): [number, number][] {
  const result: [number, number][] = [];
  for (const count of counts) {
    if (result.at(-1)?.[1] === count) result[result.length - 1][0]++;
    else result.push([1, count]);
  }
  return result;
}

function shape(layers: number): DecoderShape {
  const windows = new Array<null>(layers).fill(null);
  return { layers, hidden: 16, intermediate: 24, heads: 4, kvHeads: 2, headDim: 4, windows };
}

describe("search/rivals/recipes, as published for 32 layers and 576 tokens", () => {
  const counts = (shares: readonly number[]) => runs(countsFromShares(shares, 576));

  it("FastV keeps half from layer 2 on", () => {
    assert.deepEqual(counts(fastvShares(32)), [
      [2, 576],
      [30, 288],
    ]);
    assert.deepEqual(counts(fastvShares(32, 0.75, 5)), [
      [5, 576],
      [27, 144],
    ]);
  });

  it("VTW withdraws all of them at one layer", () => {
    assert.deepEqual(counts(vtwShares(32, 16)), [
      [16, 576],
      [16, 0],
    ]);
    assert.deepEqual(counts(vtwShares(32, 32)), [[32, 576]]);
  });

  it("PyramidDrop halves at 8, 16 and 24", () => {
    assert.deepEqual(counts(pyramidDropShares(32)), [
      [8, 576],
      [8, 288],
      [8, 144],
      [8, 72],
    ]);
  });

  it("SparseVLM cuts behind layers 2, 6 and 15, to the published numbers", () => {
    for (const [average, kept] of [
      [192, [300, 200, 110]],
      [128, [303, 110, 36]],
      [64, [66, 30, 17]],
    ] as const) {
      assert.deepEqual(counts(sparsevlmShares(32, average)), [
        [3, 576],
        [4, kept[0]],
        [9, kept[1]],
        [16, kept[2]],
      ]);
    }
    assert.throws(() => sparsevlmShares(32, 100), EspalierError, /choose one of 64, 128, 192/);
  });

  it("the families pass through the published schedules", async () => {
    const make = (name: string) => recipeMaker(name)(32, async () => prepared, new Pacer());
    assert.deepEqual(await (await make("fastv")).shares(0.5), fastvShares(32));
    assert.deepEqual(await (await make("vtw")).shares(0.5), vtwShares(32, 16));
    assert.deepEqual(await (await make("pyramidDrop")).shares(0.5), pyramidDropShares(32));
    const sparse = await make("sparsevlm");
    for (const average of [64, 128, 192]) {
      const [found, wanted] = [await sparse.shares(average / 576), sparsevlmShares(32, average)];
      found.forEach((share, i) => {
        assert.closeTo(share, wanted[i], 1e-12);
      });
    }
  });
});

describe("search/rivals/recipes at any depth", () => {
  it("are schedules that prune nothing at one end and get no cheaper towards it", async () => {
    for (const layers of [LAYERS, 1, 2, 8, 28, 36]) {
      const cost = costModel("exact", shape(layers));
      for (const name of Object.keys(RECIPES)) {
        // Fitted to a model, it has that model's depth.
        if (name === "fitprune" && layers !== LAYERS) continue;
        const recipe = await recipeMaker(name)(layers, async () => prepared, new Pacer());
        assert.equal(recipe.name, name);
        let before = -1;
        for (let step = 0; step <= 16; step++) {
          const shares = await recipe.shares(step / 16);
          validateShares(shares, layers, `${name} of ${layers} layers at ${step}/16`);
          const own = totalCost(cost, countsFromShares(shares, 576), 40);
          // What FitPrune deletes early changes what its later layers see.
          // The first of SparseVLM's published cuts falls by three tokens of 576 once.
          if (name !== "fitprune" && (name !== "sparsevlm" || layers >= 4))
            assert.isAtLeast(own, before, `${name} of ${layers} layers at ${step}/16`);
          before = own;
        }
        assert.deepEqual(await recipe.shares(1), new Array<number>(layers).fill(1), name);
      }
    }
  });

  it("give the dearest counts within a cost, and null below their cheapest", async () => {
    const cost = costModel("exact", shape(LAYERS));
    for (const name of Object.keys(RECIPES)) {
      const recipe = await recipeMaker(name)(LAYERS, async () => prepared, new Pacer());
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 60 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (visual, b) => {
            const tokens = { text: 9, visual };
            const range = costRange(cost, tokens);
            const limit = range.floor + b * (range.full - range.floor);
            const counts = await recipeWithin(recipe, cost, tokens, limit);
            const least = totalCost(cost, countsFromShares(await recipe.shares(0), visual), 9);
            if (counts === null) {
              assert.isAbove(least, limit, name);
              return;
            }
            validateCounts(counts, LAYERS, visual, name);
            assert.isAtMost(totalCost(cost, counts, 9), limit, name);
            if (b === 1) assert.deepEqual(counts, new Array<number>(LAYERS).fill(visual), name);
          },
        ),
        { numRuns: 20, seed: 3 },
      );
    }
  });

  it("names the known ones for an unknown name", () => {
    for (const name of ["FastV", "constructor"]) {
      assert.throws(
        () => recipeMaker(name),
        EspalierError,
        /choose one of fastv, vtw, pyramidDrop, sparsevlm, fitprune/,
      );
    }
  });
});

describe("search/rivals/recipes/vtw", () => {
  it("chooses the first layer whose mean divergence is below the threshold", async () => {
    const divergences: number[] = [];
    for (let layer = 1; layer < LAYERS; layer++) {
      const counts = prepared.samples.map(({ tokens }) => vtwShares(LAYERS, layer).map((r) => r * tokens.visual));
      const { divergence } = await evaluateCounts(prepared, counts);
      divergences.push(divergence.reduce((sum, one) => sum + one, 0) / divergence.length);
    }
    for (const threshold of [...divergences.map((one) => one * 1.001), 1e-9, 1e9]) {
      const first = divergences.findIndex((one) => one < threshold);
      assert.equal(await chooseVtwLayer(prepared, { threshold }), first < 0 ? LAYERS : first + 1);
    }
  });
});

describe("search/rivals/recipes/fitprune", () => {
  it("lets go what is low for both, as long as the rest receives enough", () => {
    const received = { self: [0.1, 0.4, 0.2, 0.3], cross: [0.05, 0.05, 0.6, 0.3] };
    // Self may lose 0.1 and 0.2 of 1; cross 0.05 twice.
    assert.deepEqual([...deletable(received, { self: 0.69, cross: 0.89 })], [0, 1, 1, 1]);
    // Self could do with the second alone, cross with the third: the others go.
    assert.deepEqual([...deletable(received, { self: 0.35, cross: 0.5 })], [0, 1, 1, 0]);
    assert.deepEqual([...deletable(received, { self: 2, cross: 2 })], [1, 1, 1, 1]);
    assert.deepEqual([...deletable(received, { self: 0, cross: 0 })], [0, 0, 0, 0]);
  });

  it("stops deleting at the first layer that meets the budget", async () => {
    const recipe = await fitpruneRecipe(prepared);
    const wanted = [1, 0.6, 0.4, 0.1];
    const mean = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0) / LAYERS;
    assert.deepEqual(
      recipe.stop!(wanted, (shares) => mean(shares) <= 0.56),
      wanted,
    );
    assert.deepEqual(
      recipe.stop!(wanted, (shares) => mean(shares) <= 0.6),
      [1, 0.6, 0.4, 0.4],
    );
    assert.deepEqual(
      recipe.stop!(wanted, () => true),
      [1, 1, 1, 1],
    );
  });

  it("is fitted to its samples and not to their batch, and prunes nothing where there are no pictures", async () => {
    const equal = await prepareSamples(model, SELECTORS["fastv"](), equalSamples(1));
    const alone = await fitpruneRecipe(equal);
    const more = await prepareSamples(model, SELECTORS["fastv"](), [...equalSamples(1), ...equalSamples(1)]);
    const twice = await fitpruneRecipe(more);
    const [a, b] = [await alone.shares(0.7), await twice.shares(0.7)];
    a.forEach((share, i) => {
      assert.closeTo(share, b[i], 1e-12);
    });
    assert.isBelow(a[1], 1);
    equal.dispose();
    more.dispose();
    const words = await prepareSamples(model, SELECTORS["fastv"](), [tinySample("no picture", [7], 2)]);
    assert.deepEqual(await (await fitpruneRecipe(words)).shares(0.2), [1, 1, 1, 1]);
    words.dispose();
  });
});
