import { assert } from "chai";
import fc from "fast-check";
import { causalMask, layoutFrom, type PackedLayout, packLayout, packLike } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { HIDDEN, maskValues } from "./blocks/maskValues.js";

/** Kept places of up to 14 of one sample, ascending; perhaps none. */
const places = fc
  .uniqueArray(fc.integer({ min: 0, max: 13 }), { maxLength: 14 })
  .map((list) => Int32Array.from(list).sort());
const batches = fc.array(places, { minLength: 1, maxLength: 9 });

const longest = (kept: readonly Int32Array[]) => Math.max(1, ...kept.map(({ length }) => length));

/** The mask between two layouts, written out. */
function visible(queries: PackedLayout, keys: PackedLayout, window: number | null): Float32Array {
  return maskValues(causalMask(queries, keys, { window }), queries.batch, queries.length, keys.length);
}

function assertHolds(layout: PackedLayout, kept: readonly Int32Array[]): void {
  const { batch, length, index, samples, sequence, start } = layout;
  assert.equal(index.length, batch * length);
  let rows = 0;
  kept.forEach((list, s) => {
    assert.deepEqual([...index.subarray(start[s], start[s] + list.length)], [...list], `sample ${s}`);
    for (let i = 0; i < list.length; i++) assert.equal(samples[start[s] + i], s);
    assert.isAtLeast(start[s], sequence[s] * length);
    assert.isAtMost(start[s] + list.length, (sequence[s] + 1) * length);
    rows += list.length;
  });
  // Everything else is padding.
  assert.equal(
    index.reduce((sum, place) => sum + (place >= 0 ? 1 : 0), 0),
    rows,
  );
  index.forEach((place, row) => {
    assert.equal(place < 0, samples[row] < 0);
  });
}

describe("packed layouts", () => {
  before(() => useBackend());

  it("hold every token once, a sample's side by side in one sequence, within capacity", () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 0, max: 20 }), (kept, more) => {
        const layout = packLayout(kept, longest(kept) + more);
        assert.equal(layout.length, longest(kept) + more);
        assertHolds(layout, kept);
        assert.isAtMost(layout.batch, kept.length);
      }),
    );
  });

  it("leave no two sequences that would fit into one", () => {
    fc.assert(
      fc.property(batches, (kept) => {
        const { batch, length, samples } = packLayout(kept, longest(kept));
        const used = Array.from(
          { length: batch },
          (_, b) => samples.subarray(b * length, (b + 1) * length).filter((sample) => sample >= 0).length,
        ).sort((a, b) => a - b);
        if (batch > 1) assert.isAbove(used[0] + used[1], length);
      }),
    );
  });

  it("lay other tokens of the same samples out in the same sequences and order", () => {
    fc.assert(
      fc.property(batches, (kept) => {
        const layout = packLayout(kept, longest(kept) + 3);
        const some = kept.map((list) => list.filter((place) => place % 3 === 0));
        const like = packLike(layout, some);
        assertHolds(like, some);
        assert.equal(like.batch, layout.batch);
        const wide = packLike(layout, some, 8);
        assertHolds(wide, some);
        assert.equal(wide.length % 8, 0);
        assert.isBelow(wide.length - like.length, 8);
        some.forEach((_, s) => {
          assert.equal(like.sequence[s], layout.sequence[s]);
        });
      }),
    );
  });

  it("causalMask keeps samples of one sequence apart, and is each sample's own mask within", () => {
    fc.assert(
      fc.property(batches, fc.option(fc.integer({ min: 1, max: 6 })), (kept, window) => {
        const keys = packLayout(kept, longest(kept) + 5);
        const asking = kept.map((list) => list.filter((_, i) => i % 2 === 0));
        for (const [queries, rows] of [
          [keys, kept],
          [packLike(keys, asking), asking],
        ] as const) {
          const mask = visible(queries, keys, window);
          rows.forEach((list, s) => {
            if (list.length === 0) return;
            const alone = causalMask(layoutFrom([list]), layoutFrom([kept[s]]), { window });
            const own = maskValues(alone, 1, list.length, kept[s].length);
            for (let q = 0; q < list.length; q++) {
              const row = (queries.start[s] + q) * keys.length;
              const seen = [...mask.subarray(row, row + keys.length)];
              const wanted = new Array<number>(keys.length).fill(HIDDEN);
              for (let k = 0; k < kept[s].length; k++) {
                wanted[keys.start[s] - keys.sequence[s] * keys.length + k] = own[q * kept[s].length + k];
              }
              assert.deepEqual(seen, wanted);
            }
          });
        }
      }),
    );
  });
});
