import { expect } from "chai";
import { attentionSelectorFlops, residualCosts } from "../../src/cost/index.js";

describe("cost/residual", () => {
  it("counts each part from plain sizes", () => {
    const costs = residualCosts({
      vision: { patches: 8, patchElements: 6, hidden: 4, intermediate: 5, mlpMatrices: 3, segments: [[8], [4, 4]] },
      merger: [
        { rows: 2, inputs: 16, outputs: 16 },
        { rows: 2, inputs: 16, outputs: 10 },
      ],
      lmHead: { rows: 3, inputs: 10, outputs: 100 },
      selector: attentionSelectorFlops([16, 16, 9, 9], 6, 12),
      predictor: [{ rows: 22, inputs: 10, outputs: 5 }],
    });
    const block = 4 * 8 * 16 + 3 * 8 * 20;
    expect(costs.visionFlops).to.equal(2 * (8 * 6 * 4 + 2 * block + 2 * (64 + 32) * 4));
    expect(costs.mergerFlops).to.equal(2 * 2 * 16 * 26);
    expect(costs.lmHeadFlops).to.equal(6000);
    expect(costs.selectorFlops).to.equal(2 * 22 * 12); // one fall, scored over the 22 tokens before it
    expect(costs.predictorFlops).to.equal(2200);
    const sum = costs.visionFlops + costs.mergerFlops + 6000 + 528 + 2200;
    expect(costs.totalFlops).to.equal(sum);
    expect(residualCosts({}).totalFlops).to.equal(0);
  });
});
