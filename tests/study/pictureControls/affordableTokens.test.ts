import { expect } from "chai";
import fc from "fast-check";
import { costModel, costRange, totalCost } from "../../../src/cost/index.js";
import { affordableTokens } from "../../../src/study/pictureControls/affordableTokens.js";

describe("study/pictureControls/affordableTokens", () => {
  const shape = {
    layers: 5,
    hidden: 16,
    intermediate: 24,
    heads: 4,
    kvHeads: 2,
    headDim: 4,
    windows: new Array<null>(5).fill(null),
  };
  const cost = costModel("exact", shape);

  it("affords the most tokens at every layer that fit", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        (text, visual, share) => {
          const budget = share * costRange(cost, { text, visual }).full;
          const fits = (tokens: number) => totalCost(cost, new Array<number>(5).fill(tokens), text) <= budget;
          let most: number | null = null;
          for (let tokens = 1; tokens <= visual; tokens++) if (fits(tokens)) most = tokens;
          expect(affordableTokens(cost, budget, { text, visual })).to.equal(most);
        },
      ),
    );
  });
});
