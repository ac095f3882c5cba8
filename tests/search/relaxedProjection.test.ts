import { assert } from "chai";
import fc from "fast-check";
import { type CostName, costModel, costRange, fromNormalised, totalCost } from "../../src/cost/index.js";
import { relaxedProjection } from "../../src/search/relaxedProjection.js";

const shapeOf = (layers: number, window: number | null) => ({
  layers,
  hidden: 16,
  intermediate: 40,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  windows: Array.from({ length: layers }, (_, i) => (i % 2 === 1 ? window : null)),
});

const problem = fc.record({
  shares: fc
    .array(fc.oneof(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.constantFrom(0.5, 0.25)), {
      minLength: 1,
      maxLength: 9,
    })
    .map((tail) => [1, ...tail.sort((a, b) => b - a)]),
  budget: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  cost: fc.constantFrom<CostName>("paper", "exact", "kvBytes"),
  window: fc.constantFrom(null, 40),
  visual: fc.integer({ min: 1, max: 600 }),
  text: fc.integer({ min: 0, max: 60 }),
});

describe("search/relaxedProjection", () => {
  it("costs its budget, keeps the order and layer 0", () => {
    fc.assert(
      fc.property(problem, ({ shares, budget, cost, window, visual, text }) => {
        const model = costModel(cost, shapeOf(shares.length, window));
        const tokens = { text, visual };
        const range = costRange(model, tokens);
        const wanted = fromNormalised(budget, range);
        const projected = relaxedProjection(shares, wanted, model, tokens).shares;
        const spent = totalCost(
          model,
          projected.map((share) => share * visual),
          text,
        );
        assert.isBelow(Math.abs(spent - wanted) / (range.full - range.floor), 1e-9);
        assert.equal(projected[0], 1);
        for (let i = 1; i < shares.length; i++) {
          assert.isTrue(projected[i] >= 0 && projected[i] <= projected[i - 1]);
          // Equal shares stay equal: a plateau is not bent.
          if (i > 1 && shares[i] === shares[i - 1]) assert.equal(projected[i], projected[i - 1]);
        }
      }),
    );
  });

  it("leaves a schedule alone that costs its budget already", () => {
    const model = costModel("exact", shapeOf(5, null));
    const tokens = { text: 7, visual: 50 };
    const shares = [1, 0.8, 0.6, 0.3, 0.1];
    const budget = totalCost(
      model,
      shares.map((share) => share * tokens.visual),
      tokens.text,
    );
    relaxedProjection(shares, budget, model, tokens).shares.forEach((share, i) => {
      assert.closeTo(share, shares[i], 1e-9);
    });
  });

  it("has the gradient of its own finite differences", () => {
    fc.assert(
      fc.property(problem, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (given, directions) => {
        const { shares, budget, cost, window, visual, text } = given;
        const layers = shares.length;
        const model = costModel(cost, shapeOf(layers, window));
        const tokens = { text, visual };
        const wanted = fromNormalised(budget, costRange(model, tokens));
        const outer = shares.map(() => directions.next().value as number);
        const at = (row: readonly number[]) => relaxedProjection(row, wanted, model, tokens);
        const value = (row: readonly number[]) => at(row).shares.reduce((sum, share, i) => sum + share * outer[i], 0);
        const projected = at(shares);
        // Where a window begins the cost has a kink, and no derivative.
        const near = projected.shares.some((share) => Math.abs(text + share * visual - (window ?? -9)) < 0.05);
        fc.pre(!near);
        const found = projected.backward(outer);
        assert.equal(found[0], 0);
        const step = 1e-6;
        for (let i = 1; i < layers; i++) {
          const moved = (by: number) => shares.map((share, j) => (j === i ? share + by : share));
          const difference = (value(moved(step)) - value(moved(-step))) / (2 * step);
          assert.closeTo(found[i], difference, 2e-4 * Math.max(1, Math.abs(difference)));
        }
      }),
    );
  });

  it("passes no gradient to shares at an end, which cannot move", () => {
    const model = costModel("exact", shapeOf(4, null));
    const tokens = { text: 5, visual: 20 };
    const budget = fromNormalised(0.5, costRange(model, tokens));
    const back = relaxedProjection([1, 1, 0.5, 0], budget, model, tokens).backward([1, 1, 1, 1]);
    assert.equal(back[1], 0);
    assert.equal(back[3], 0);
  });

  it("takes a sample without a picture", () => {
    const model = costModel("exact", shapeOf(3, null));
    const tokens = { text: 5, visual: 0 };
    const { full } = costRange(model, tokens);
    const { shares, backward } = relaxedProjection([1, 0.5, 0.2], full, model, tokens);
    assert.isTrue([...shares, ...backward([0, 1, 1])].every(Number.isFinite));
  });
});
