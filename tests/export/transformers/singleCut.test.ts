import { expect } from "chai";
import {
  chooseSingleCut,
  GRID_ON_VALIDATION,
  type ResultMean,
  type ResultRow,
  type Results,
  singleCutLoss,
} from "../../../src/export/index.js";
import { countsFromShares } from "../../../src/schedules/index.js";

const LAYERS = 5;
const TOKENS = 100;

/** Normalised cost where every token costs the same in every layer, layer 0 left out. */
const costOf = (counts: readonly number[]) =>
  counts.slice(1).reduce((sum, count) => sum + count, 0) / (TOKENS * (LAYERS - 1));

const cost = (normalised: number) =>
  ({ paperMacs: 0, exactMacs: 0, exactFlops: 0, kvBytes: 0, normalised, share: 0, textOnly: 0 }) as const;

function mean(series: string, name: string, meanCounts: number[], divergence: number): ResultMean {
  return {
    ...{ series, configuration: name, budget: null, unit: "normalised", samples: 4, visualTokens: TOKENS, meanCounts },
    ...{ cost: cost(costOf(meanCounts)), accuracy: null },
    divergence: { mean: divergence, low: divergence, high: divergence },
  };
}

function row(series: string, configuration: string, sample: string, counts: number[], divergence: number): ResultRow {
  return {
    ...{ series, configuration, budget: null, unit: "normalised", sample, visualTokens: TOKENS, counts, divergence },
    ...{ cost: cost(costOf(counts)), accuracy: null },
  };
}

const cutAt = (layer: number, kept: number) => Array.from({ length: LAYERS }, (_, i) => (i < layer ? TOKENS : kept));

/** What one sample's layer loses when so many tokens go: layer 2 is the place where they matter least. */
const lossAt = (layer: number, kept: number) => [0, 3, 1, 2.5, 4][layer] * (1 - kept / TOKENS) ** 2;

function results(means: readonly ResultMean[], rows: readonly ResultRow[] = []): Results {
  return {
    model: { layers: LAYERS },
    data: { visualTokens: { low: TOKENS, high: TOKENS } },
    intervals: { level: 0.95, method: "", resamples: 2_000, seed: 1 },
    means,
    rows,
  } as unknown as Results;
}

const GRID = [1, 2, 3, 4].flatMap((layer) =>
  [0, 25, 50, 75].map((kept) =>
    mean(GRID_ON_VALIDATION, `grid-${layer}-${kept}`, cutAt(layer, kept), lossAt(layer, kept)),
  ),
);

describe("export/transformers: single cut", () => {
  it("is the layer of least divergence at the cost, with the largest share within it", () => {
    // At layer 2 three quarters of the cost are above the cut: .25 + .75·share = .625.
    const cut = chooseSingleCut(results(GRID), 0.625);
    expect(cut).to.deep.equal({ layer: 2, share: 0.5, shares: [1, 1, 0.5, 0.5, 0.5] });
    // Between the grid's shares, whole tokens, never above the cost.
    for (const target of [0.3, 0.41, 0.5, 0.77, 0.93, 1]) {
      const { layer, share, shares } = chooseSingleCut(results(GRID), target);
      expect(shares).to.deep.equal(cutAt(layer, share * TOKENS).map((count) => count / TOKENS));
      const counts = countsFromShares(shares, TOKENS);
      expect(costOf(counts)).to.be.at.most(target + 1e-12);
      expect(costOf(counts.map((count, i) => (i < layer ? count : count + 1)))).to.be.greaterThan(target);
    }
  });

  it("looks at nothing but single cuts of the grid on the validation samples", () => {
    const tempting = [
      mean("search", "better", cutAt(3, 10), 0),
      mean(GRID_ON_VALIDATION, "two cuts", [100, 100, 20, 10, 10], 0),
      mean(GRID_ON_VALIDATION, "none", cutAt(5, 0), 0),
    ];
    expect(chooseSingleCut(results([...tempting, ...GRID]), 0.625).layer).to.equal(2);
    expect(() => chooseSingleCut(results(tempting), 0.6)).to.throw(/have no grid.*--grid/);
    const dear = [0, 25].map((kept) => mean(GRID_ON_VALIDATION, `late-${kept}`, cutAt(3, kept), 1));
    expect(() => chooseSingleCut(results(dear), 0.4)).to.throw(/No single cut costs 0\.4/);
  });

  it("states the loss of what was executed, paired by sample in whatever order", () => {
    const cut = chooseSingleCut(results(GRID), 0.625);
    const ids = ["a", "b", "c", "d"];
    const search = ids.map((id, i) => row("search", "search@0.6", id, [100, 80, 70, 60, 40], 0.1 * (i + 1)));
    const own = ids.map((id, i) => row("schedule", "schedule-1", id, cutAt(2, 50), 0.1 * (i + 1) + 0.05 + 0.01 * i));
    const others = ids.flatMap((id) => [
      row("control:random", "random", id, cutAt(2, 50), 9),
      row("schedule", "schedule-2", id, cutAt(2, 49), 9),
    ]);
    const against = { series: "search", configuration: "search@0.6", budget: null };
    const loss = singleCutLoss(results(GRID, [...others, ...search, ...own.reverse()]), cut, against)!;
    expect(loss.samples).to.equal(4);
    expect(loss.difference.mean).to.be.closeTo(0.065, 1e-12);
    expect(loss.difference.low).to.be.within(0.05, 0.065);
    expect(loss.difference.high).to.be.within(0.065, 0.08);
    expect(loss.divergence[0] - loss.divergence[1]).to.be.closeTo(0.065, 1e-12);
    expect(loss.cost).to.deep.equal([0.625, costOf([100, 80, 70, 60, 40])]);
    expect(singleCutLoss(results(GRID, [...others, ...search]), cut, against)).to.equal(null);
  });
});
