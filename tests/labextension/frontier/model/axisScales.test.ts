import { expect } from "chai";
import fc from "fast-check";
import type { Axis } from "../../../../labextension/src/data/index.js";
import { fullScale, judged, partScale, projection } from "../../../../labextension/src/frontier/model/axisScales.js";
import { type AxisScale, fromPixel, toPixel } from "../../../../src/figures/browser.js";

const axis: Axis = { key: "a", label: "A", unit: "", format: "number", better: "lower", scale: "auto" };
const scales: readonly AxisScale[] = [
  { type: "linear", domain: [-2, 8], ticks: [0] },
  { type: "log", domain: [1e-5, 3], ticks: [1] },
  { type: "symlog", constant: 1e-4, domain: [0, 3], ticks: [0, 1] },
];

describe("labextension/frontier/model/axisScales", () => {
  it("projects as the figures' scales do", () => {
    for (const scale of scales) {
      const project = projection(scale, 300);
      for (const value of [1e-5, 0.01, 0.5, 1, 3])
        expect(project(value)).to.be.closeTo(toPixel(scale, value, 300), 1e-9);
    }
  });

  it("has ticks in any part of a scale, all of them inside", () => {
    fc.assert(
      fc.property(fc.constantFrom(...scales), fc.double({ min: 0, max: 0.9, noNaN: true }), (scale, start) => {
        const [low, high] = [fromPixel(scale, start, 1), fromPixel(scale, start + 0.08, 1)];
        const part = partScale(scale, [low, high], 5);
        expect(part.ticks.length).to.be.at.least(2);
        for (const tick of part.ticks) expect(tick).to.be.within(low, high);
        expect(part.domain).to.deep.equal([low, high]);
      }),
    );
  });

  it("judges long columns by a part of the same extent", () => {
    const column = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) * 3 + (i === 7 ? 40 : 0));
    column[9] = Number.NaN;
    column[11] = -9;
    const some = judged(column, column.length, () => true);
    expect(some.length).to.be.below(2_600);
    expect([Math.min(...some), Math.max(...some)]).to.deep.equal([-9, column[7]]);
    expect(judged(column, column.length, () => false)).to.deep.equal([]);
  });

  it("chooses the figures' scales", () => {
    expect(fullScale(axis, "metric", [1e-4, 0.1, 2], 5).type).to.equal("log");
    expect(fullScale(axis, "metric", [1, 2, 3], 5).type).to.equal("linear");
    expect(fullScale({ ...axis, format: "percent" }, "metric", [0.001, 0.9], 5)).to.deep.include({ domain: [0, 1] });
    expect(fullScale({ ...axis, format: "percent" }, "cost", [0.01, 0.97], 6).domain).to.deep.equal([0, 1]);
    expect(fullScale(axis, "cost", [8, 9, 10], 5).domain[0]).to.be.above(5);
    expect(fullScale(axis, "metric", [], 5).domain).to.deep.equal([0, 1]);
  });
});
