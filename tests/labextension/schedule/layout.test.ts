import { expect } from "chai";
import fc from "fast-check";
import {
  barX,
  centreX,
  chartLayout,
  layerAt,
  shareAt,
  shareY,
  spreadApart,
} from "../../../labextension/src/schedule/chart/layout.js";
import { deathColour } from "../../../labextension/src/schedule/picture/shading.js";

const layouts = fc
  .record({
    layers: fc.integer({ min: 1, max: 512 }),
    width: fc.integer({ min: 200, max: 1_600 }),
    prices: fc.boolean(),
  })
  .map((options) => chartLayout({ ...options, names: true }));

describe("the schedule chart's layout", () => {
  it("finds layers and shares again where it put them", () => {
    fc.assert(
      fc.property(layouts, fc.nat(), fc.integer({ min: 0, max: 1_000 }), (layout, at, permille) => {
        const layer = at % layout.layers;
        expect(layerAt(layout, centreX(layout, layer))).to.equal(layer);
        expect(shareAt(layout, shareY(layout, permille / 1_000))).to.equal(permille / 1_000);
      }),
    );
  });

  it("keeps bars apart and within the plot, and numbers of layers readable", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const last = layout.layers - 1;
        expect(barX(layout, 0)).to.be.at.least(layout.left);
        expect(barX(layout, last) + layout.bar).to.be.at.most(layout.right + 1e-9);
        expect(layout.right).to.be.at.most(layout.width);
        expect(layout.bar).to.be.at.most(layout.step);
        if (layout.ticks.length > 1) expect((layout.ticks[1]! - layout.ticks[0]!) * layout.step).to.be.at.least(23);
      }),
    );
  });

  it("brings places outside the plot to its edges", () => {
    const layout = chartLayout({ layers: 4, width: 600, prices: false, names: false });
    expect([layerAt(layout, -50), layerAt(layout, 5_000)]).to.deep.equal([0, 3]);
    expect([shareAt(layout, -50), shareAt(layout, 5_000)]).to.deep.equal([1, 0]);
  });

  it("spreads names apart without changing their order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 10 }), (wanted) => {
        const placed = spreadApart(wanted, 13, 0, 200);
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
        for (const [i, one] of order.slice(1).entries()) expect(placed[one]! - placed[order[i]!]!).to.be.at.least(13);
        for (const y of placed) expect(y).to.be.within(0, 200);
      }),
    );
  });
});

describe("shades of patches", () => {
  it("go from dark for early deaths to bright for late ones, and are none for those that stay", () => {
    expect(deathColour(0, 28)).to.equal("rgb(0 34 78)");
    expect(deathColour(27, 28)).to.equal("rgb(254 232 56)");
    expect(deathColour(28, 28)).to.equal(null);
    expect(deathColour(0, 1)).to.equal("rgb(0 34 78)");
    const light = (colour: string) => colour.match(/\d+/g)!.reduce((sum, one) => sum + Number(one), 0);
    for (let death = 1; death < 28; death++)
      expect(light(deathColour(death, 28)!)).to.be.greaterThan(light(deathColour(death - 1, 28)!) - 3);
  });
});
