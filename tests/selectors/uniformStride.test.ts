import { assert } from "chai";
import fc from "fast-check";
import { keepBest } from "../../src/selectors/index.js";
import { uniformStride } from "../../src/selectors/uniformStride.js";

function kept(visual: number, count: number): number[] {
  const places = Int32Array.from({ length: visual }, (_, i) => 5 + i);
  const scores = uniformStride().scores({ id: "x", promptLength: visual + 9, visual: places });
  return [...keepBest(scores, count)].flatMap((one, i) => (one ? [i] : []));
}

describe("selectors/uniformStride", () => {
  it("keeps every (V/n)th token where both are powers of two", () => {
    for (const visual of [1, 2, 16, 64]) {
      for (let count = 1; count <= visual; count *= 2) {
        assert.deepEqual(
          kept(visual, count),
          Array.from({ length: count }, (_, i) => (i * visual) / count),
        );
      }
    }
  });

  it("is nested and nearly even for every other number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (visual, wanted) => {
        const count = Math.min(wanted, visual);
        const few = kept(visual, count);
        const more = kept(visual, count + 1);
        assert.includeMembers(more, few);
        assert.lengthOf(few, count);
        if (count === 0) return;
        const gaps = [...few, visual].map((place, i, all) => place - (i === 0 ? 0 : all[i - 1]));
        // Neighbouring distances of van der Corput's sequence differ at most twofold, rounded up to a power of two.
        const even = 2 ** Math.ceil(Math.log2(visual)) / count;
        assert.isBelow(Math.max(...gaps), 2 * even + 1e-9);
      }),
    );
  });

  it("takes a sample without a picture", () => {
    assert.deepEqual(kept(0, 0), []);
  });
});
