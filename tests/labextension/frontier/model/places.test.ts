import { expect } from "chai";
import fc from "fast-check";
import { Places } from "../../../../labextension/src/frontier/model/places.js";

const coordinate = fc.integer({ min: -20, max: 220 });

describe("labextension/frontier/model/places", () => {
  it("finds the nearest point within the radius", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 80 }),
        coordinate,
        coordinate,
        (list, x, y) => {
          const places = new Places(200, 150);
          places.advance(
            list.length,
            (i) => list[i]![0],
            (i) => list[i]![1],
          );
          const found = places.nearest(x, y, 20, () => 0);
          const distance = (i: number) => Math.hypot(list[i]![0] - x, list[i]![1] - y);
          const near = [...list.keys()].filter((i) => places.isInside(i) && distance(i) <= 20);
          if (near.length === 0) expect(found).to.equal(-1);
          else expect(distance(found)).to.equal(Math.min(...near.map(distance)));
        },
      ),
    );
  });

  it("prefers what has a bonus, and passes over what does not count", () => {
    const places = new Places(100, 100);
    places.advance(
      2,
      (i) => 50 + 3 * i,
      () => 50,
    );
    expect(places.nearest(50, 50, 14, (i) => (i === 1 ? 5 : 0))).to.equal(1);
    expect(places.nearest(50, 50, 14, (i) => (i === 0 ? null : 0))).to.equal(1);
    expect(places.nearest(50, 50, 14, () => null)).to.equal(-1);
  });
});
