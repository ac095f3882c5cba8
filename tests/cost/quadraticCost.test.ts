import { expect } from "chai";
import fc from "fast-check";
import { type CostName, costModel, costRange, toNormalised, totalCost } from "../../src/cost/index.js";
import { predictCost, quadraticCost } from "../../src/cost/quadraticCost.js";

const shape = (layers: number, window: number | null = null) => ({
  layers,
  hidden: 64,
  intermediate: 172,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  windows: new Array<number | null>(layers).fill(window),
});

describe("quadraticCost", () => {
  const sample = fc.record({ text: fc.integer({ min: 1, max: 60 }), visual: fc.integer({ min: 1, max: 300 }) });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  for (const name of ["paper", "exact", "kvBytes"] as CostName[]) {
    it(`gives the mean normalised cost (${name})`, () => {
      fc.assert(
        fc.property(
          fc.array(sample, { minLength: 1, maxLength: 5 }),
          fc.array(share, { minLength: 3, maxLength: 9 }),
          (samples, shares) => {
            const model = costModel(name, shape(shares.length));
            const direct = samples.map((tokens) => {
              const counts = shares.map((one) => one * tokens.visual);
              return toNormalised(totalCost(model, counts, tokens.text), costRange(model, tokens));
            });
            const mean = direct.reduce((a, b) => a + b, 0) / direct.length;
            expect(predictCost(quadraticCost(model, samples), shares)).to.be.closeTo(mean, 1e-9);
          },
        ),
      );
    });
  }

  it("is 0 at the floor and 1 with nothing pruned", () => {
    const cost = quadraticCost(costModel("exact", shape(4)), [{ text: 10, visual: 50 }]);
    expect(predictCost(cost, [1, 0, 0, 0])).to.be.closeTo(0, 1e-12);
    expect(predictCost(cost, [1, 1, 1, 1])).to.be.closeTo(1, 1e-12);
  });

  it("takes samples without visual tokens as cost 1", () => {
    const cost = quadraticCost(costModel("exact", shape(3)), [{ text: 10, visual: 0 }]);
    expect(predictCost(cost, [1, 0.5, 0])).to.equal(1);
  });

  it("meets a sliding window's cost at none, half and all of the tokens", () => {
    const model = costModel("exact", shape(3, 20));
    const tokens = { text: 8, visual: 40 };
    for (const one of [0, 0.5, 1]) {
      const counts = [40, one * 40, 0];
      const direct = toNormalised(totalCost(model, counts, tokens.text), costRange(model, tokens));
      expect(predictCost(quadraticCost(model, [tokens]), [1, one, 0])).to.be.closeTo(direct, 1e-12);
    }
  });
});
