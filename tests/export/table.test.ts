import { expect } from "chai";
import {
  foldCounts,
  formatCost,
  formatPercent,
  type ResultBenchmarks,
  type ResultCertificate,
  renderTable,
  sparkline,
  validateResults,
} from "../../src/export/index.js";
import { withCertificates } from "./syntheticCertificate.js";
import { syntheticResults } from "./syntheticResults.js";

const results = syntheticResults({ gridPoints: 5, budgets: [0.1, 0.3, 0.6] });

describe("the plain-text table", () => {
  it("states budget, cost, schedule, divergence and accuracy of every point of the frontier", () => {
    const table = renderTable(results);
    for (const point of results.frontier) {
      const line = table.split("\n").find((text) => text.trim().startsWith(formatPercent(point.budget!)))!;
      expect(line).to.include(`${(point.cost.share * 100).toFixed(1)}%`);
      expect(line).to.match(/█[▁▂▃▄▅▆▇█·]{7} /);
      expect(line).to.match(/\d\.\d+ \[\d\.\d+, \d\.\d+\] +\d+\.\d% \[\d+\.\d, \d+\.\d\]$/);
    }
    expect(table).to.include("not distinguishable").and.include("regret 0.33%");
  });

  for (const width of [60, 72, 80, 100, 160]) {
    it(`fits ${width} characters`, () => {
      const longest = Math.max(
        ...renderTable(results, { width })
          .split("\n")
          .map((line) => line.length),
      );
      expect(longest).to.be.at.most(width);
    });
  }

  describe("with benchmarks", () => {
    const scores = (mme: number): ResultBenchmarks => ({
      mean: (mme + 80) / 2,
      scores: [
        { name: "MME", benchmark: "MME", samples: 4, score: mme, parts: { perception: 1500 } },
        { name: "ChartQA_TEST", benchmark: "ChartQA", samples: 9, score: 80, parts: {} },
      ],
    });
    const [first] = results.frontier;
    const withScores = validateResults({
      ...results,
      unpruned: { ...results.unpruned!, benchmarks: scores(70) },
      means: results.means.map((mean) =>
        mean.configuration === first.configuration && mean.series === first.series
          ? { ...mean, benchmarks: scores(61.25) }
          : mean,
      ),
    });

    it("has a line for the unpruned model and for every point with scores, and their mean", () => {
      const lines = renderTable(withScores).split("\n");
      const at = lines.indexOf("benchmarks, score in percent");
      const words = lines.slice(at + 1, at + 5).map((line) => line.trim().split(/ +/));
      expect(words).to.deep.equal([
        ["budget", "MME", "ChartQA_TEST", "mean"],
        ["unpruned", "70.0", "80.0", "75.0"],
        [formatPercent(first.budget!), "61.3", "80.0", "70.6"],
        [""],
      ]);
      expect(renderTable(results)).to.not.include("benchmarks");
    });

    it("is a paragraph a point where the line is too short", () => {
      const many = Array.from({ length: 8 }, (_, i) => ({ ...scores(50).scores[0], name: `benchmark ${i}` }));
      const wide = { ...withScores, unpruned: { ...results.unpruned!, benchmarks: { mean: 50, scores: many } } };
      const table = renderTable(wide, { width: 60 });
      expect(table).to.match(/unpruned {2}benchmark 0 50\.0, benchmark 1 50\.0,/);
      expect(Math.max(...table.split("\n").map((line) => line.length))).to.be.at.most(60);
    });
  });

  describe("with certificates", () => {
    const certified = withCertificates(results, [0.3, 0.6]);
    const [first] = certified.certificates!;

    /** The lines of a certificate, up to the next empty one. */
    const block = (table: string, name: string) => {
      const lines = table.split("\n");
      const start = lines.findIndex((line) => line.startsWith(`certificate of ${name}`));
      return lines.slice(start, lines.indexOf("", start));
    };

    it("states both prices of every layer that can change, and which cannot", () => {
      const lines = block(renderTable(certified), "search at 30%");
      for (const { layer, more, less } of first!.layers) {
        const line = lines.find((text) => new RegExp(`^ +${layer} `).test(text));
        expect(line === undefined, `layer ${layer}`).to.equal(more.samples + less.samples === 0);
        if (line === undefined) continue;
        for (const { price, samples } of [more, less]) {
          if (price !== null) expect(line).to.include(price.mean.toPrecision(3).slice(0, 4));
          expect(line.includes(`(${samples} of 24)`)).to.equal(samples > 0 && samples < 24);
        }
        expect(line.includes("–")).to.equal(more.price === null || less.price === null);
      }
      expect(lines.join("\n"))
        .to.match(/no sample allows a change at layers? \d/)
        .and.include("Moving one token from layer 7 to layer 1 would gain 2.10 [0.400, 4.00] nats per unit of cost.");
    });

    it("says so when no exchange is distinguishable, none is possible, or nothing can change", () => {
      const words = (certificate: Partial<ResultCertificate>) =>
        block(renderTable({ ...certified, certificates: [{ ...first!, ...certificate }] }), "search at 30%")
          .map((line) => line.trim())
          .join(" ");
      const exchange = { ...first!.exchange!, verdict: "not distinguishable" as const, samples: 12 };
      expect(words({ exchange })).to.match(
        /No exchange is distinguishable from none: the best of 14, .*possible in 12 of 24 samples, would gain 2\.10/,
      );
      expect(words({ exchange: { ...exchange, compared: 1 } })).to.include("none: the only one, one token");
      expect(words({ exchange: null })).to.include("No exchange of one token between two layers is possible in half");
      const none = { exchange: null, spread: null, commonPrice: null, tokens: 3 };
      expect(words(none)).to.include("No sample allows a change of 3 tokens at any layer; ask for smaller changes.");
    });

    for (const width of [60, 72, 100]) {
      it(`fits ${width} characters`, () => {
        const lines = renderTable(certified, { width }).split("\n");
        expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(width);
      });
    }
  });

  it("has no escape sequences unless asked, and none from names ever", () => {
    const hostile = structuredClone(results);
    hostile.model.name = "\u001b[31mred\u0007";
    hostile.comparisons[0]!.b = "\u009b2J";
    const control = /(?!\n)\p{Cc}/u;
    expect(renderTable(hostile)).to.not.match(control);
    const coloured = renderTable(hostile, { colour: true });
    expect(coloured).to.include("\u001b[1m");
    expect(coloured.replaceAll(/\p{Cc}\[[012]m/gu, "")).to.not.match(control);
  });

  it("says so when the frontier is empty", () => {
    expect(renderTable({ ...results, frontier: [] })).to.include("nothing has been evaluated yet");
  });
});

describe("numbers and bars", () => {
  it("draw nothing only for zero", () => {
    expect(sparkline([1, 0.5, 0.001, 0])).to.equal("█▄▁·");
    expect(sparkline([1, 1, 0, 0], { width: 2 })).to.equal("█·");
    expect(sparkline([1, 0.5, 0.001, 0], { ascii: true })).to.equal("9510");
    expect(sparkline([])).to.equal("");
  });

  it("fold repeated counts", () => {
    expect(foldCounts([64, 64, 40, 21, 21, 21, 9.25])).to.equal("64×2 40 21×3 9.3");
  });

  it("choose a prefix that keeps three digits", () => {
    expect(formatCost(999.6e6, "exactMacs")).to.equal("1.00\u202fGMAC");
    expect(formatCost(1536, "kvBytes")).to.equal("1.50\u202fKiB");
    expect(formatCost(0.075, "share")).to.equal("7.5%");
    expect(formatCost(12, "exactFlops")).to.equal("12\u202fFLOP");
  });
});
