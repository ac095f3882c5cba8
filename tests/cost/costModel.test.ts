import { expect } from "chai";
import fc from "fast-check";
import { type CostName, costModel, type DecoderShape, totalCost } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";

/** Gemma3-like: h·d differs from H, and one of two layers slides. */
const shape: DecoderShape = {
  layers: 4,
  hidden: 10,
  intermediate: 30,
  heads: 3,
  kvHeads: 1,
  headDim: 4,
  windows: [null, 8, null, 8],
};
const NAMES: CostName[] = ["paper", "exact", "kvBytes"];

describe("cost/costModel", () => {
  it("computes the three formulas", () => {
    const n = 20;
    expect(costModel("paper", shape).layer(0, n).value).to.equal(4 * n * 100 + 2 * n * n * 10 + 2 * n * 10 * 30);
    const linear = 2 * n * 10 * 12 + 2 * n * 10 * 4 + 3 * n * 10 * 30;
    expect(costModel("exact", shape).layer(0, n).value).to.equal(linear + 2 * n * n * 12);
    expect(costModel("exact", shape).layer(1, n).value).to.equal(linear + 2 * n * 8 * 12);
    expect(costModel("kvBytes", shape).layer(1, n).value).to.equal(2 * n * 4 * 2);
    expect(costModel("kvBytes", shape, { bytesPerElement: 1 }).layer(1, n).value).to.equal(2 * n * 4);
  });

  it("agrees with the paper's formula where its assumptions hold", () => {
    const square = { ...shape, heads: 5, kvHeads: 5, headDim: 2, windows: [null, null, null, null] };
    const difference = costModel("exact", square).layer(0, 7).value - costModel("paper", square).layer(0, 7).value;
    expect(difference).to.equal(7 * 10 * 30); // the third matrix of a gated MLP
  });

  it("has the derivative of its value, from below at the window", () => {
    for (const name of NAMES) {
      const model = costModel(name, shape);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0.1, max: 40, noNaN: true }), (i, n) => {
          const h = 1e-4;
          const slope = (model.layer(i, n).value - model.layer(i, n - h).value) / h;
          expect(model.layer(i, n).derivative / slope).to.be.closeTo(1, 1e-3);
        }),
      );
    }
    const exact = costModel("exact", shape);
    expect(exact.layer(1, 8).derivative - exact.layer(1, 8 + 1e-9).derivative).to.be.closeTo(2 * 8 * 12, 1e-6);
    expect(exact.layer(1, 8 + 1e-9).value).to.be.closeTo(exact.layer(1, 8).value, 1e-4);
  });

  it("adds layers, with the text at each", () => {
    const model = costModel("exact", shape);
    const expected = [9, 7, 3, 3].reduce((sum, n, i) => sum + model.layer(i, n).value, 0);
    expect(totalCost(model, [6, 4, 0, 0], 3)).to.equal(expected);
  });

  it("refuses unknown names and impossible shapes", () => {
    expect(() => costModel("flops" as CostName, shape)).to.throw(EspalierError, /no cost "flops"; choose one of paper/);
    expect(() => costModel("exact", { ...shape, windows: [null] })).to.throw(EspalierError, /4 layers and 1 attention/);
    expect(() => costModel("exact", { ...shape, hidden: 0 })).to.throw(EspalierError, /hidden is 0/);
    expect(() => costModel("exact", { ...shape, windows: [null, 0, null, 1] })).to.throw(EspalierError, /layer 1 is 0/);
    expect(() => costModel("kvBytes", shape, { bytesPerElement: -1 })).to.throw(EspalierError, /-1 bytes/);
  });
});
