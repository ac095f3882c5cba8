import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { holm } from "../../src/statistics/index.js";

interface Golden {
  holm: { p: number[]; adjusted: number[] }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/holm", () => {
  it("agrees with the golden file", () => {
    for (const { p, adjusted } of golden.holm) {
      holm(p).forEach((value, i) => {
        expect(value).to.be.closeTo(adjusted[i], 1e-15);
      });
    }
    expect(holm([])).to.deep.equal([]);
  });

  it("refuses what is no p-value", () => {
    expect(() => holm([0.5, 1.5])).to.throw(EspalierError, /comparison 1 is 1.5/);
    expect(() => holm([Number.NaN])).to.throw(EspalierError, /NaN/);
  });
});
