import { expect } from "chai";
import fc from "fast-check";
import { textWidth } from "../../src/figures/fonts.js";
import { placeLabels } from "../../src/figures/labels.js";
import { divergenceScale, fromPixel, linearScale, toPixel } from "../../src/figures/scales.js";
import { thin } from "../../src/figures/thin.js";

describe("scales of figures", () => {
  it("turn values into pixels and back", () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 2, maxLength: 30 }), (values) => {
        for (const scale of [linearScale(values), linearScale(values, { zero: true }), divergenceScale(values)]) {
          expect(scale.domain[0]).to.be.below(scale.domain[1]);
          for (const tick of scale.ticks) {
            const pixel = toPixel(scale, tick, 300);
            expect(pixel).to.be.within(-0.01, 300.01);
            expect(toPixel(scale, fromPixel(scale, pixel, 300), 300)).to.be.closeTo(pixel, 1e-6);
          }
        }
      }),
    );
  });

  it("put ticks on round numbers", () => {
    expect(linearScale([0.03, 0.97], { zero: true }).ticks).to.deep.equal([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(divergenceScale([0.002, 0.3, 4]).ticks).to.deep.equal([0.01, 0.1, 1]);
    expect(divergenceScale([0, 0.0002, 0.01, 5]).ticks).to.deep.equal([0, 0.0001, 0.001, 0.01, 0.1, 1]);
  });
});

describe("thinning", () => {
  it("keeps as many as asked, distinct and in order, and every one when they fit", () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 300 }), fc.integer({ min: 0, max: 120 }), (points, most) => {
        const kept = thin(points, most);
        expect(kept).to.have.length(Math.min(points.length, most));
        expect(kept).to.deep.equal([...new Set(kept)].sort((a, b) => a - b));
      }),
    );
  });

  it("keeps lonely points rather than a crowd's", () => {
    const crowd = Array.from({ length: 500 }, () => [10, 10] as const);
    expect(thin([...crowd, [200, 10], [10, 200]], 3)).to.deep.equal([0, 500, 501]);
  });
});

describe("direct labels", () => {
  it("never overlap each other, and stay on the plot", () => {
    const y = fc.integer({ min: 20, max: 280 });
    fc.assert(
      fc.property(fc.array(fc.tuple(y, y, y), { minLength: 1, maxLength: 5 }), (heights) => {
        const lines = heights.map((list) => ({
          width: 90,
          points: list.map((height, i) => [60 + i * 180, height] as const),
        }));
        const places = placeLabels(lines, 520, 300);
        places.forEach((place, i) => {
          if (place === null) return;
          expect(place.x).to.be.within(0, 430);
          expect(place.y).to.be.within(0, 300);
          for (const other of places.slice(0, i)) {
            if (other === null) continue;
            const apart = Math.abs(place.x - other.x) >= 90 || Math.abs(place.y - other.y) >= 13;
            expect(apart).to.equal(true);
          }
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe("bundled fonts", () => {
  it("measure text as DejaVu Sans does", () => {
    // Advance widths from the font's hmtx table, 2048 units to the em: W 2025, i 569.
    expect(textWidth("WWWW", { fontSize: 2048 })).to.be.closeTo(4 * 2025, 1);
    expect(textWidth("iiii", { fontSize: 2048 })).to.be.closeTo(4 * 569, 1);
    expect(textWidth("", {})).to.equal(0);
  });
});
