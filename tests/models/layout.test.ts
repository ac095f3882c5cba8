import * as tf from "@tensorflow/tfjs";
import { assert } from "chai";
import fc from "fast-check";
import { causalBias, layoutFrom, MASKED, otherTokens, slotsOf, type TokenLayout } from "../../src/models/index.js";
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

  it("causalBias lets a row see exactly the rows at or before it, within its window", () => {
    fc.assert(
      fc.property(pairs, fc.option(fc.integer({ min: 1, max: 6 })), ([a, b], window) => {
        const queries = layoutFrom(a);
        const keys = layoutFrom(b);
        const mask = values(() => causalBias(queries, keys, window));
        for (let s = 0; s < queries.batch; s++) {
          for (let q = 0; q < queries.length; q++) {
            const asking = place(queries, s, q);
            if (asking < 0) continue;
            for (let k = 0; k < keys.length; k++) {
              const seen = place(keys, s, k);
              const wanted = seen >= 0 && seen <= asking && (window === null || asking - seen < window);
              const found = mask[(s * queries.length + q) * keys.length + k];
              assert.equal(found, wanted ? 0 : Math.fround(MASKED));
            }
          }
        }
      }),
    );
  });

  it("causalBias of a layout with itself is the same as of two equal layouts, where rows are real", () => {
    fc.assert(
      fc.property(kept, fc.option(fc.integer({ min: 1, max: 6 })), (places, window) => {
        const one = layoutFrom(places);
        const other = layoutFrom(places);
        const short = values(() => causalBias(one, one, window));
        const long = values(() => causalBias(one, other, window));
        const n = one.length;
        const shared = short.length === n * n;
        for (let s = 0; s < one.batch; s++) {
          for (let q = 0; q < n; q++) {
            for (let k = 0; k < n; k++) {
              const at = (s * n + q) * n + k;
              if (place(one, s, q) < 0) continue;
              assert.equal(short[shared ? q * n + k : at], long[at]);
            }
          }
        }
      }),
    );
  });

  it("causalBias leaves no row without a key, so that no softmax is of nothing", () => {
    fc.assert(
      fc.property(kept, fc.option(fc.integer({ min: 1, max: 6 })), (places, window) => {
        const layout = layoutFrom(places, 13);
        const mask = values(() => causalBias(layout, layoutFrom(places, 13), window));
        for (let row = 0; row < layout.index.length; row++) {
          assert.include([...mask.subarray(row * 13, (row + 1) * 13)], 0);
        }
      }),
    );
  });

  it("causalBias takes padding among the keys: a cached prompt, then generated rows", () => {
    const queries: TokenLayout = { batch: 2, length: 1, index: Int32Array.of(6, 3) };
    const keys: TokenLayout = { batch: 2, length: 5, index: Int32Array.of(0, 2, 4, 5, 6, 0, 1, -1, 2, 3) };
    const see = (window: number | null) =>
      [...values(() => causalBias(queries, keys, window))].map((x) => (x === 0 ? 1 : 0));
    assert.deepEqual(see(null), [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]);
    assert.deepEqual(see(3), [0, 0, 1, 1, 1, 0, 1, 0, 1, 1]);
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
});
