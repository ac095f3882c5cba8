import { expect } from "chai";
import fc from "fast-check";
import { costModel, costRange, totalCost } from "../../../src/cost/index.js";
import { affordableTokens } from "../../../src/study/pictureControls/affordableTokens.js";
import { SMALL_SHAPE } from "../smallDecoder.js";

describe("study/pictureControls/affordableTokens", () => {
  const cost = costModel("exact", SMALL_SHAPE);

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
