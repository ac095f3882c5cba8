import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import fc from "fast-check";
import { layoutFrom, otherTokens, packLayout, packLike, slotsOf, type TokenLayout } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";

/** Some kept places of up to 12 per sample, ascending. */
const kept = fc.array(
  fc
    .uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 12 })
    .map((places) => places.sort((a, b) => a - b)),
  { minLength: 1, maxLength: 3 },
);
/** The same number of samples twice. */
const pairs = kept.chain((a) => fc.tuple(fc.constant(a), fc.tuple(...a.map(() => kept.map(([first]) => first)))));

function values(make: () => tf.Tensor): Float32Array {
  return tf.tidy(() => make().dataSync<"float32">().slice());
}

const place = ({ index, length }: TokenLayout, b: number, i: number) => index[b * length + i];

describe("layouts", () => {
  before(() => useBackend());

  it("layoutFrom pads at the end", () => {
    const { batch, length, index } = layoutFrom([[0, 2], [1], [0, 1, 5]]);
    assert.deepEqual(
      { batch, length, index: [...index] },
      { batch: 3, length: 3, index: [0, 2, -1, 1, -1, -1, 0, 1, 5] },
    );
    assert.equal(layoutFrom([[4]], 3).length, 3);
  });

  it("otherTokens is 0 exactly where a token meets itself", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const queries = layoutFrom(a);
        const keys = layoutFrom(b);
        const other = values(() => otherTokens(queries, keys));
        for (let s = 0; s < queries.batch; s++) {
          for (let q = 0; q < queries.length; q++) {
            for (let k = 0; k < keys.length; k++) {
              const same = place(queries, s, q) >= 0 && place(queries, s, q) === place(keys, s, k);
              assert.equal(other[(s * queries.length + q) * keys.length + k], same ? 0 : 1);
            }
          }
        }
      }),
    );
  });

  it("slotsOf finds every token that is there, and gives 0 for those that are not", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const layout = layoutFrom(a);
        const wanted = layoutFrom(b);
        const slots = slotsOf(layout, wanted);
        wanted.index.forEach((looked, i) => {
          const s = Math.floor(i / wanted.length);
          const there = looked >= 0 ? a[s].indexOf(looked) : -1;
          assert.equal(slots[i], Math.max(0, there));
        });
      }),
    );
  });

  it("slotsOf finds the tokens of packed samples within their sequences", () => {
    fc.assert(
      fc.property(
        fc.array(
          kept.map(([first]) => Int32Array.from(first)),
          { minLength: 1, maxLength: 6 },
        ),
        (places) => {
          const layout = packLayout(places, 15);
          const wanted = packLike(
            layout,
            places.map((list) => list.filter((_, i) => i % 2 === 1)),
          );
          const slots = slotsOf(layout, wanted);
          wanted.index.forEach((looked, row) => {
            if (looked < 0) return;
            const at = Math.floor(row / wanted.length) * layout.length + slots[row];
            assert.equal(layout.index[at], looked);
            assert.equal(layout.samples[at], wanted.samples[row]);
          });
        },
      ),
    );
  });
});
