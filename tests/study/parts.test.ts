/** The parts of a study that are pure functions: budgets, matching of costs, intervals, differences. */
import { assert, expect } from "chai";
import { costModel, costRange } from "../../src/cost/index.js";
import { EspalierError } from "../../src/errors.js";
import { bootstrapMeans } from "../../src/statistics/index.js";
import { checkBudgets, sampleBudgets } from "../../src/study/budgets.js";
import type { StudySettings } from "../../src/study/entries.js";
import { differences } from "../../src/study/fingerprint.js";
import { INTERVALS, intervals, ratioIntervals } from "../../src/study/intervals.js";
import { Pacer, Random } from "../../src/tensor/index.js";
import { SMALL_SHAPE, sampleList } from "./smallDecoder.js";

const cost = costModel("exact", SMALL_SHAPE);

describe("study/budgets", () => {
  it("names the highest floor of all samples", () => {
    const samples = sampleList([40, 10], [3, 90], [10, 40]);
    const floors = samples.text.map((text, s) => {
      const range = costRange(cost, { text, visual: samples.visual[s] });
      return range.floor / range.full;
    });
    const highest = Number(Math.max(...floors).toPrecision(4));
    assert.throws(
      () => checkBudgets([0.5, 0.2], "share", cost, [samples]),
      EspalierError,
      `below the floor of ${highest}`,
    );
    expect(checkBudgets([0.95, 0.8, 0.95], "share", cost, [samples])).to.deep.equal([0.8, 0.95]);
    assert.throws(() => checkBudgets([], "share", cost, [samples]), EspalierError, /empty/);
    assert.throws(() => checkBudgets([Number.NaN], "normalised", cost, [samples]), EspalierError, /not a number/);
  });

  it("lets absolute budgets prune nothing in small samples", () => {
    const bytes = costModel("kvBytes", SMALL_SHAPE);
    const samples = sampleList([4, 4], [4, 100]);
    const full = samples.text.map((text, s) => costRange(bytes, { text, visual: samples.visual[s] }).full);
    const between = (full[0] + full[1]) / 2;
    expect(checkBudgets([between], "kvBytes", bytes, [samples])).to.deep.equal([between]);
    const own = sampleBudgets(between, "kvBytes", bytes, samples);
    expect(own[0]).to.deep.equal({ cost: full[0], normalised: 1 });
    expect(own[1].cost).to.equal(between);
    assert.throws(() => checkBudgets([full[1] * 2], "kvBytes", bytes, [samples]), EspalierError, /above the full cost/);
  });
});

describe("study/intervals", () => {
  it("are the paired bootstrap's, however the draws are cut into pieces", async () => {
    const random = new Random(1);
    const vectors = Array.from({ length: 40 }, () => Float64Array.from({ length: 30 }, () => random.normal() ** 2));
    const wanted = bootstrapMeans(vectors, { random: new Random(INTERVALS.seed) });
    const found = await intervals(vectors, new Pacer());
    expect(found).to.deep.equal(
      wanted.map(({ mean, interval }) => ({ mean, low: interval!.low, high: interval!.high })),
    );
  });

  it("of one sample are the sample", async () => {
    expect(await intervals([[0.25]], new Pacer())).to.deep.equal([{ mean: 0.25, low: 0.25, high: 0.25 }]);
    expect(await intervals([], new Pacer())).to.deep.equal([]);
  });

  it("of a ratio are those of the mean where every sample has the same part, and none where no sample has one", async () => {
    const random = new Random(2);
    const values = Float64Array.from({ length: 25 }, () => random.normal());
    const [mean] = await intervals([values], new Pacer());
    const [ratio, ofNone, ofOne] = await ratioIntervals(
      [
        [values, values.map(() => 0.5)],
        [values.map(() => 0), values.map(() => 0)],
        [values.map((value, s) => (s === 3 ? value : 0)), values.map((_, s) => (s === 3 ? 2 : 0))],
      ],
      new Pacer(),
    );
    for (const end of ["mean", "low", "high"] as const) expect(ratio![end]).to.be.closeTo(2 * mean[end], 1e-9);
    expect(ofNone).to.equal(null);
    const only = values[3] / 2;
    expect(ofOne).to.deep.equal({ mean: only, low: only, high: only });
  });
});

describe("study/fingerprint", () => {
  it("says what differs, in words", () => {
    const there: StudySettings = {
      ...{ model: "sha256:a", train: "sha256:b", validation: "sha256:c", test: "sha256:d", selector: "fastv" },
      ...{ kernel: "linear", cost: "exact", conditioning: "input", budgetUnit: "share", seed: 0 },
    };
    expect(differences(there, { ...there })).to.deep.equal([]);
    expect(differences(there, { ...there, model: "sampled-sha256:x", budgetUnit: "kvBytes", seed: 1 })).to.deep.equal([
      "the model",
      "the budget unit (share there, kvBytes here)",
      "the seed (0 there, 1 here)",
    ]);
  });
});
