import { expect } from "chai";
import fc from "fast-check";
import { costModel, costRange, totalCost } from "../../../src/cost/index.js";
import { matchPair, type Pair } from "../../../src/study/comparisons/index.js";
import type { EvaluationEntry } from "../../../src/study/entries.js";
import { Pacer } from "../../../src/tensor/index.js";
import { SMALL_SHAPE, sampleList } from "../smallDecoder.js";

const cost = costModel("exact", SMALL_SHAPE);

describe("study/comparisons/matching", () => {
  const counts = (visual: number) =>
    fc
      .array(fc.integer({ min: 0, max: visual }), { minLength: 4, maxLength: 4 })
      .map((row) => [visual, ...row.sort((a, b) => b - a)]);

  it("brings costs to within one token in one layer, where both sides can be projected", async () => {
    const samples = sampleList([7, 20], [12, 33]);
    const row = fc.tuple(counts(20), counts(33));
    await fc.assert(
      fc.asyncProperty(row, row, async (a, b) => {
        const side = (rows: number[][]) => ({
          entry: { counts: rows } as unknown as EvaluationEntry,
          projectable: true,
        });
        const pair: Pick<Pair, "sides"> = { sides: [side(a), side(b)] };
        const { projected, matched, residual } = await matchPair(pair, cost, samples, new Pacer());
        expect(matched).to.equal(true);
        let left = 0;
        for (const [s, text] of samples.text.entries()) {
          const before = [a[s], b[s]].map((one) => totalCost(cost, one, text));
          const after = [projected[0]?.[s] ?? a[s], projected[1]?.[s] ?? b[s]].map((one) => totalCost(cost, one, text));
          // Nobody ever gets more than the cheaper side had.
          const cheaper = before[0] <= before[1] ? 0 : 1;
          expect(after[cheaper]).to.equal(before[cheaper]);
          expect(after[1 - cheaper]).to.be.at.most(before[1 - cheaper]);
          const most = samples.visual[s] + text;
          const token = cost.layer(0, most).value - cost.layer(0, most - 1).value;
          expect(Math.abs(after[0] - after[1])).to.be.at.most(token);
          const { full, floor } = costRange(cost, { text, visual: samples.visual[s] });
          left += Math.abs(after[0] - after[1]) / (full - floor) / 2;
        }
        expect(residual).to.be.closeTo(left, 1e-12);
      }),
      { numRuns: 100 },
    );
  });

  it("says that costs are not matched where the dearer side cannot be projected", async () => {
    const samples = sampleList([7, 20]);
    const side = (row: number[], projectable: boolean) => ({
      entry: { counts: [row] } as unknown as EvaluationEntry,
      projectable,
    });
    const cheap = side([20, 1, 1, 1, 1], true);
    const dear = side([20, 20, 20, 20, 20], false);
    const { matched, projected } = await matchPair({ sides: [cheap, dear] }, cost, samples, new Pacer());
    expect(matched).to.equal(false);
    expect(projected).to.deep.equal([null, null]);
  });
});
