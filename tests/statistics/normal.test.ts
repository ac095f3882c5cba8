import { readFileSync } from "node:fs";
import { expect } from "chai";
import { normalCdf, normalQuantile } from "../../src/statistics/index.js";

interface Golden {
  normal: { x: number[]; cdf: number[]; p: number[]; quantile: number[] };
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/normal", () => {
  it("agrees with the golden file in both tails", () => {
    golden.normal.x.forEach((x, i) => {
      expect(normalCdf(x) / golden.normal.cdf[i], `Φ(${x})`).to.be.closeTo(1, 1e-11);
    });
    golden.normal.p.forEach((p, i) => {
      expect(normalQuantile(p), `Φ⁻¹(${p})`).to.be.closeTo(golden.normal.quantile[i], 1e-8);
    });
  });

  it("has infinite ends and nothing outside", () => {
    expect([normalQuantile(0), normalQuantile(1)]).to.deep.equal([-Infinity, Infinity]);
    expect(normalQuantile(-0.1)).to.satisfy(Number.isNaN);
    expect(normalQuantile(Number.NaN)).to.satisfy(Number.isNaN);
  });
});
