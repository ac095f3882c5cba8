import { expect } from "chai";
import fc from "fast-check";
import { partScale } from "../../../../labextension/src/frontier/model/axisScales.js";
import { type Plot, panned, type Zoom, zoomAbout, zoomOf } from "../../../../labextension/src/frontier/model/zoom.js";
import { toPixel } from "../../../../src/figures/browser.js";

const full: Plot = {
  x: { type: "linear", domain: [0, 10], ticks: [0, 5, 10] },
  y: { type: "log", domain: [0.001, 10], ticks: [0.01, 0.1, 1] },
  width: 400,
  height: 200,
};

function partOf(zoom: Zoom | null): Plot {
  return zoom === null ? full : { ...full, x: partScale(full.x, zoom.x, 5), y: partScale(full.y, zoom.y, 5) };
}

const place = fc.tuple(fc.integer({ min: 1, max: 399 }), fc.integer({ min: 1, max: 199 }));

describe("labextension/frontier/model/zoom", () => {
  it("spans what a rectangle spans, whichever corner it began at", () => {
    const zoom = zoomOf(full, { x0: 300, y0: 150, x1: 100, y1: 50 })!;
    expect(zoom.x).to.deep.equal([2.5, 7.5]);
    expect(zoom.y[0]).to.be.closeTo(0.01, 1e-9);
    expect(zoom.y[1]).to.be.closeTo(1, 1e-9);
    expect(zoomOf(full, { x0: 10, y0: 10, x1: 12, y1: 100 })).to.equal(null);
    expect(zoomOf(full, { x0: -50, y0: -50, x1: 900, y1: 900 })!.x).to.deep.equal([0, 10]);
  });

  it("keeps a point in its place while it is neared, and ends at the whole", () => {
    fc.assert(
      fc.property(place, ([x, y]) => {
        const near = partOf(zoomAbout(full, full, [x, y], 0.5));
        const value = full.x.domain[0] + (x / 400) * 10;
        expect(toPixel(near.x, value, 400)).to.be.closeTo(x, 1e-6);
        let zoom: Zoom | null = zoomAbout(near, full, [x, y], 2);
        for (let i = 0; i < 3 && zoom !== null; i++) zoom = zoomAbout(partOf(zoom), full, [x, y], 2);
        expect(zoom).to.equal(null);
      }),
    );
  });

  it("does not leave the whole when it is moved", () => {
    const near = partOf(zoomAbout(full, full, [200, 100], 0.25));
    const right = panned(near, full, 10_000, 10_000);
    expect(right.x[1]).to.be.closeTo(10, 1e-9);
    expect(right.y[1]).to.be.closeTo(10, 1e-6);
    expect(right.x[1] - right.x[0]).to.be.closeTo(2.5, 1e-9);
  });
});
