import fs from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import { type Comparison, renderComparisons, validateResults } from "../../../src/export/index.js";
import { comparisonBudgets, type Study } from "../../../src/study/index.js";
import { rejection } from "../../scripts/scripts.js";
import { openTiny, SEARCH, SIZES } from "../runStudy.js";
import { temporaryFolder, writeTiny } from "../tiny.js";

describe("study/comparisons/pairs", () => {
  it("compares at the usual budgets, or at some of those that there are", () => {
    expect(comparisonBudgets([0.05, 0.1, 0.3, 0.9])).to.deep.equal([0.1, 0.3]);
    expect(comparisonBudgets([1, 2, 3, 4, 5, 6, 7, 8])).to.deep.equal([1, 3, 5, 7]);
    expect(comparisonBudgets([0.7])).to.deep.equal([0.7]);
    expect(comparisonBudgets([])).to.deep.equal([]);
  });

  describe("by name", function () {
    this.timeout(60_000);
    let folder: string;
    let study: Study;
    const compared = async (a: string, b: string): Promise<Comparison[]> =>
      validateResults(await study.results()).comparisons.filter((one) => one.a === a && one.b === b);
    const refused = async (asked: Promise<void>): Promise<string> => {
      const error = await rejection(asked);
      expect(error, error.stack).to.be.instanceOf(EspalierError);
      return error.message;
    };

    before(async () => {
      folder = temporaryFolder();
      await writeTiny(folder, SIZES);
      study = await openTiny(folder, undefined, "pairs");
      await study.search(SEARCH);
      await study.search({ ...SEARCH, kernel: "singleStep" });
      await study.controls();
      await study.rival("random", { evaluations: 20 });
      await study.evaluate({ shares: [1, 0.6, 0.4, 0.2] }, { name: "by hand" });
      await study.evaluate({ shares: [1, 1, 0.3, 0.1] }, { name: "by foot" });
    });
    after(async () => {
      await study.close();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    it("compares any two series at their budgets, by divergence and by accuracy", async () => {
      await study.compare("search:singleStep", "control:random");
      const found = await compared("search:singleStep", "control:random");
      expect(found.map(({ metric, budget }) => `${metric} ${budget}`)).to.deep.equal([
        "divergence 0.1",
        "accuracy 0.1",
        "divergence 0.3",
        "accuracy 0.3",
      ]);
      for (const { matched, effectSize, samplesNeeded, samples } of found) {
        expect(matched).to.equal(true);
        expect(samples).to.equal(SIZES.test);
        expect(effectSize).to.not.equal(undefined);
        expect(samplesNeeded === null || samplesNeeded! >= 2).to.equal(true);
      }
    });

    it("compares with what a searcher chose, and one time with another is the same", async () => {
      await study.compare("random", "search:singleStep", { budgets: [0.3] });
      const [first] = await compared("random", "search:singleStep");
      await study.compare("random", "search:singleStep", { budgets: [0.3] });
      expect(await compared("random", "search:singleStep")).to.have.length(2);
      expect(first.matched).to.equal(true);
    });

    it("compares two schedules that have no budget, at the cheaper one's cost", async () => {
      await study.compare("by hand", "by foot");
      const [divergence] = await compared("by hand", "by foot");
      expect(divergence).to.include({ budget: null, metric: "divergence", matched: true });
    });

    it("matches bytes of the cache where they are asked for", async () => {
      await study.compare("search", "control:random", { match: "kvBytes", budgets: [0.3] });
      const found = (await compared("search", "control:random")).filter(({ match }) => match === "kvBytes");
      expect(found.map(({ metric }) => metric)).to.deep.equal(["divergence", "accuracy"]);
      for (const { matched } of found) expect(matched).to.equal(true);
    });

    it("prints effect sizes and the samples that would show them", async () => {
      const found = await compared("by hand", "by foot");
      const table = renderComparisons(found, { width: 160 });
      expect(table).to.match(/effect \(g\) +samples for power \.8/);
      expect(table).to.match(/not distinguishable|better/);
      expect(renderComparisons(found, { width: 60 })).to.match(/g = /);
      expect(renderComparisons([])).to.equal("Nothing is compared.\n");
    });

    it("says in a sentence what cannot be compared", async () => {
      expect(await refused(study.compare("search", "hope"))).to.match(/nothing called "hope"; it has .*control:random/);
      expect(await refused(study.compare("search", "search"))).to.match(/with itself/);
      expect(await refused(study.compare("search", "control:random", { budgets: [0.77] }))).to.match(
        /does not have both .* at the budget 0\.77/,
      );
      const detect = { difference: 1e-6, power: 0.9 };
      expect(await refused(study.compare("by hand", "by foot", { detect }))).to.match(
        /Showing a difference of 0\.000001 nats .* with power 0\.9 takes [\d,]+ samples, and 6 are scored/,
      );
      expect(await refused(study.compare("by hand", "by foot", { detect: { difference: 0 } }))).to.match(/above 0/);
    });
  });
});
