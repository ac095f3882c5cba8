import { expect } from "chai";
import { costInUnit, costModel, costRange, costVector, type DecoderShape, totalCost } from "../../src/cost/index.js";

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

describe("cost/costVector", () => {
  it("carries every unit of the executed counts", () => {
    const tokens = { text: 6, visual: 16 };
    const counts = [16, 9, 9, 2];
    const vector = costVector(counts, tokens, shape);
    const exact = costModel("exact", shape);
    const range = costRange(exact, tokens);
    expect(vector.exactMacs).to.equal(totalCost(exact, counts, 6));
    expect(vector.exactFlops).to.equal(2 * vector.exactMacs);
    expect(vector.paperMacs).to.equal(totalCost(costModel("paper", shape), counts, 6));
    expect(vector.kvBytes).to.equal((16 + 9 + 9 + 2 + 4 * 6) * 2 * 4 * 2);
    expect(vector.normalised).to.equal(costInUnit(vector.exactMacs, "normalised", exact, range));
    expect(vector.share).to.equal(costInUnit(vector.exactMacs, "share", exact, range));
    expect(vector.textOnly).to.equal(costInUnit(vector.exactMacs, "textOnly", exact, range));
    const kv = costVector(counts, tokens, shape, { cost: "kvBytes" });
    expect(kv.share).to.equal(vector.kvBytes / (22 * 4 * 16));
  });
});
