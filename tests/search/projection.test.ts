import { expect } from "chai";
import fc from "fast-check";
import {
  type CostModel,
  type CostName,
  costModel,
  costRange,
  type DecoderShape,
  fromNormalised,
  type TokenCounts,
  totalCost,
} from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { sharesFromCounts, validateCounts } from "../../src/schedules/index.js";
import { project } from "../../src/search/projection.js";

function decoder(layers: number, window: number | null): DecoderShape {
  const windows = Array.from({ length: layers }, (_, i) => (i % 2 === 1 ? window : null));
  return { layers, hidden: 16, intermediate: 40, heads: 4, kvHeads: 2, headDim: 8, windows };
}

/** Schedules with plateaus, exact zeros and ones, and near ones. */
const share = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 1, 0.5, 0.25, 1e-9, 1 - 1e-9, 1e-300),
);
const problem = fc.record({
  shares: fc.array(share, { minLength: 0, maxLength: 12 }).map((tail) => [1, ...tail.sort((a, b) => b - a)]),
  visual: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 20_000 })),
  text: fc.integer({ min: 0, max: 40 }),
  budget: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)),
  cost: fc.constantFrom<CostName>("paper", "exact", "kvBytes"),
  window: fc.constantFrom(null, 5, 60),
});

/** The cheapest single token that keeps the counts non-increasing, by trying every layer. */
function cheapestAddition(counts: readonly number[], model: CostModel, tokens: TokenCounts): number {
  const price = (n: number, i: number): number =>
    i > 0 && n < counts[i - 1]
      ? model.layer(i, tokens.text + n + 1).value - model.layer(i, tokens.text + n).value
      : Number.POSITIVE_INFINITY;
  return Math.min(...counts.map(price));
}

describe("search/projection", () => {
  it("never exceeds the budget, stays a schedule, and leaves less than the cheapest legal addition", () => {
    fc.assert(
      fc.property(problem, ({ shares, visual, text, budget, cost, window }) => {
        const model = costModel(cost, decoder(shares.length, window));
        const tokens = { text, visual };
        const range = costRange(model, tokens);
        const limit = fromNormalised(budget, range);
        const { counts, cost: spent, beforeTopUp } = project(shares, limit, model, tokens);
        validateCounts(counts, shares.length, visual);
        validateCounts(beforeTopUp.counts, shares.length, visual);
        expect(spent).to.equal(totalCost(model, counts, text));
        expect(beforeTopUp.cost).to.equal(totalCost(model, beforeTopUp.counts, text));
        expect(spent).to.be.at.most(Math.max(limit, range.floor));
        expect(beforeTopUp.cost).to.be.at.most(spent);
        expect(limit - spent).to.be.below(cheapestAddition(counts, model, tokens));
        counts.forEach((n, i) => {
          expect(n).to.be.at.least(beforeTopUp.counts[i]);
        });
      }),
      { numRuns: 400 },
    );
  });

  it("gives its own counts back", () => {
    fc.assert(
      fc.property(problem, ({ shares, visual, text, budget, cost, window }) => {
        const model = costModel(cost, decoder(shares.length, window));
        const tokens = { text, visual };
        const limit = fromNormalised(budget, costRange(model, tokens));
        const { counts } = project(shares, limit, model, tokens);
        const again = project(sharesFromCounts(counts, visual), limit, model, tokens);
        expect(again.counts).to.deep.equal(counts);
      }),
      { numRuns: 200 },
    );
  });

  it("moves a schedule of the right cost by almost nothing", () => {
    const model = costModel("exact", decoder(4, null));
    const tokens = { text: 10, visual: 1000 };
    const limit = totalCost(model, [1000, 800, 400, 100], 10);
    const { counts, delta } = project([1, 0.8, 0.4, 0.1], limit, model, tokens);
    expect(counts).to.deep.equal([1000, 800, 400, 100]);
    expect(Math.abs(delta)).to.be.below(0.01);
  });

  it("shifts on the logit scale", () => {
    const model = costModel("kvBytes", decoder(3, null));
    // σ(logit ½ + δ) and σ(logit .2 + δ) with δ = log 3: ¾ and 3/7.
    const limit = totalCost(model, [700, 525, 300], 0);
    const { counts, delta } = project([1, 0.5, 0.2], limit, model, { text: 0, visual: 700 });
    expect(counts).to.deep.equal([700, 525, 300]);
    expect(delta).to.be.closeTo(Math.log(3), 5e-3);
  });

  it("adds to the earliest layer of a plateau first", () => {
    const model = costModel("kvBytes", decoder(5, null));
    const one = model.layer(0, 1).value;
    const base = [64, 32, 32, 32, 32];
    const shares = base.map((n) => n / 64);
    for (const [extra, expected] of [
      [0, base],
      [1, [64, 33, 32, 32, 32]],
      [2.5, [64, 33, 33, 32, 32]],
      [4, [64, 33, 33, 33, 33]],
    ] as const) {
      const limit = totalCost(model, base, 7) + extra * one;
      const { counts, beforeTopUp } = project(shares, limit, model, { text: 7, visual: 64 });
      expect(counts).to.deep.equal(expected);
      if (extra < 4) expect(beforeTopUp.counts).to.deep.equal(base);
    }
  });

  it("spends what is left in a cheaper layer when the dearer one does not fit", () => {
    // Layers 1 and 3 slide over 5 tokens and are cheaper than layer 2 beyond them.
    const model = costModel("exact", decoder(4, 5));
    const base = [60, 40, 30, 20];
    const dear = model.layer(2, 31).value - model.layer(2, 30).value;
    const cheap = model.layer(3, 21).value - model.layer(3, 20).value;
    expect(cheap).to.be.below(dear);
    const { counts } = project(sharesFromCounts(base, 60), totalCost(model, base, 0) + cheap, model, {
      text: 0,
      visual: 60,
    });
    expect(totalCost(model, counts, 0)).to.equal(totalCost(model, base, 0) + cheap);
  });

  it("prunes nothing at the full cost and everything at the floor, whatever the shares", () => {
    const model = costModel("exact", decoder(4, null));
    const tokens = { text: 3, visual: 20_000 };
    const { full, floor } = costRange(model, tokens);
    for (const shares of [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [1, 1, 0.5, 0],
    ]) {
      expect(project(shares, full, model, tokens).counts).to.deep.equal([20_000, 20_000, 20_000, 20_000]);
      expect(project(shares, 2 * full, model, tokens).counts).to.deep.equal([20_000, 20_000, 20_000, 20_000]);
      expect(project(shares, floor, model, tokens).counts).to.deep.equal([20_000, 0, 0, 0]);
    }
  });

  it("names the floor when the budget is below it", () => {
    const model = costModel("kvBytes", decoder(3, null));
    const run = (budget: number) => () => project([1, 0.5, 0.5], budget, model, { text: 2, visual: 10 });
    expect(run(1023)).to.throw(
      EspalierError,
      /1023 bytes is below the floor of 1024 bytes \(0.4444 of the full cost\)/,
    );
    expect(run(Number.NaN)).to.throw(EspalierError, /floor/);
    expect(run(1024)().counts).to.deep.equal([10, 0, 0]);
  });

  it("is fast enough to run per sample: 80 layers, 20,000 tokens", () => {
    const model = costModel("exact", decoder(80, 4096));
    const tokens = { text: 50, visual: 20_000 };
    const range = costRange(model, tokens);
    const flat = [1, ...new Array<number>(79).fill(0.3)];
    const falling = Array.from({ length: 80 }, (_, i) => 1 - i / 80);
    const start = process.cpuUsage();
    const runs = 40;
    for (let k = 0; k < runs; k++)
      project(k % 2 ? flat : falling, fromNormalised((k + 0.5) / runs, range), model, tokens);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000 / runs, "CPU ms per projection").to.be.below(20);
  });
});
