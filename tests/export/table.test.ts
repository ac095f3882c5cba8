import { expect } from "chai";
import { foldCounts, formatCost, formatPercent, renderTable, sparkline } from "../../src/export/index.js";
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
