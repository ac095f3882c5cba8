import { expect } from "chai";
import fc from "fast-check";
import { compareJson, compareText, compareValues } from "../../../src/export/bundle/compare.js";

describe("export/bundle/compare", () => {
  it("calls the same the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(compareJson(json, json).verdict).to.equal("same");
        expect(compareValues(value, JSON.parse(json)).verdict).to.equal("same");
      }),
    );
    expect(compareText("a\nb 0.1\n", "a\nb 0.1\n").verdict).to.equal("same");
  });

  it("tolerates rounding, and nothing beyond it", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (value) => {
        const [near, far] = [value * (1 + 5e-10), value * (1 + 5e-9)];
        expect(compareValues([near], [value]).verdict).to.equal(near === value ? "same" : "within tolerance");
        expect(compareValues([far], [value]).verdict).to.equal("differs");
        expect(compareValues([far], [value], { relative: 1e-8, absolute: 0 }).verdict).to.equal("within tolerance");
      }),
    );
    expect(compareText("x 1.00000000001 y", "x 1.0 y").verdict).to.equal("within tolerance");
    expect(compareText("M10.5,3.25L4.00000000001,2", "M10.5,3.25L4.0,2").verdict).to.equal("within tolerance");
    expect(compareText("12", "13").verdict).to.equal("differs");
    // A digest is no number.
    expect(compareText("sha256:12e1", "sha256:120").verdict).to.equal("differs");
  });

  it("names the place and both values", () => {
    const rows = (divergence: number) => ({
      rows: [{ series: "search", configuration: "search@0.1", sample: "17", divergence }],
    });
    expect(compareJson(JSON.stringify(rows(0.5)), JSON.stringify(rows(0.25))).differences).to.deep.equal([
      "rows[0] (series search, configuration search@0.1, sample 17).divergence: 0.5 in the bundle, 0.25 recomputed",
    ]);
    expect(compareValues({ ids: ["1", "3"] }, { ids: ["1", "2", "3"] }).differences).to.deep.equal([
      'ids: 2 entries in the bundle, 3 recomputed; the first that the bundle lacks: "2"',
    ]);
    expect(compareText("a\nb\nc", "a\nx\nc").differences[0]).to.match(/^line 2: "b" in the bundle, "x" recomputed$/);
    expect(compareText("a", "a\nb").differences[0]).to.match(/1 lines in the bundle, 2 recomputed/);
    expect(compareJson("{", "{}").differences).to.deep.equal(["it is not JSON"]);
    expect(compareJson("{ }", "{}").verdict).to.equal("differs");
    expect(compareValues({ a: 1 }, { b: 1 }).count).to.equal(2);
  });

  it("names the first few and counts the rest", () => {
    const { differences, count } = compareValues(
      Array.from({ length: 100 }, (_, i) => i),
      Array.from({ length: 100 }, () => -1),
    );
    expect(differences).to.have.length(5);
    expect(count).to.equal(100);
  });

  it("is not taken in by names that objects have by themselves", () => {
    const odd = JSON.parse('{"__proto__":{"a":1},"constructor":2}') as unknown;
    expect(compareValues(odd, {}).verdict).to.equal("differs");
    expect(compareValues({}, odd).verdict).to.equal("differs");
  });
});
