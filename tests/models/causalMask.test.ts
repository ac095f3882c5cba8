import { assert } from "chai";
import fc from "fast-check";
import { type CausalMaskOptions, causalMask, layoutFrom, type TokenLayout } from "../../src/models/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { HIDDEN, maskValues } from "./blocks/maskValues.js";

/** Places of a sample's tokens: of 12, the first picture is 2 … 5, the second 7 … 8. */
const PICTURES = Int32Array.of(-1, -1, 0, 0, 0, 0, -1, 1, 1, -1, -1, -1);

/** Some kept places of up to 12 per sample, ascending. */
const kept = fc.array(
  fc
    .uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 12 })
    .map((places) => places.sort((a, b) => a - b)),
  { minLength: 1, maxLength: 3 },
);
/** The same number of samples twice. */
const pairs = kept.chain((a) => fc.tuple(fc.constant(a), fc.tuple(...a.map(() => kept.map(([first]) => first)))));
const windows = fc.option(fc.integer({ min: 1, max: 6 }));

const place = ({ index, length }: TokenLayout, b: number, i: number) => index[b * length + i];

function see(queries: TokenLayout, keys: TokenLayout, options: CausalMaskOptions): Float32Array {
  return maskValues(causalMask(queries, keys, options), queries.batch, queries.length, keys.length);
}

/** Whether a token at one place sees one at another. */
function isSeen(asking: number, seen: number, window: number | null, pictures?: Int32Array): boolean {
  if (pictures && pictures[asking] >= 0 && pictures[asking] === pictures[seen]) return true;
  return seen <= asking && (window === null || asking - seen < window);
}

describe("causalMask", () => {
  before(() => useBackend());

  it("lets a row see exactly the rows at or before it, within its window, and all of its own picture", () => {
    fc.assert(
      fc.property(pairs, windows, fc.boolean(), ([a, b], window, pictured) => {
        const queries = layoutFrom(a);
        const keys = layoutFrom(b);
        const mask = see(queries, keys, { window, ...(pictured ? { pictures: a.map(() => PICTURES) } : {}) });
        for (let s = 0; s < queries.batch; s++) {
          for (let q = 0; q < queries.length; q++) {
            const asking = place(queries, s, q);
            if (asking < 0) continue;
            for (let k = 0; k < keys.length; k++) {
              const seen = place(keys, s, k);
              const wanted = seen >= 0 && isSeen(asking, seen, window, pictured ? PICTURES : undefined);
              const found = mask[(s * queries.length + q) * keys.length + k];
              assert.equal(found, wanted ? 0 : HIDDEN, `${asking} asks for ${seen}`);
            }
          }
        }
      }),
    );
  });

  it("of a layout with itself is the same as of two equal layouts, where rows are real", () => {
    fc.assert(
      fc.property(kept, windows, (places, window) => {
        const one = layoutFrom(places);
        const short = see(one, one, { window });
        const long = see(one, layoutFrom(places), { window });
        one.index.forEach((real, row) => {
          if (real < 0) return;
          const at = row * one.length;
          assert.deepEqual(short.subarray(at, at + one.length), long.subarray(at, at + one.length));
        });
      }),
    );
  });

  it("leaves no row without a key, so that no softmax is of nothing", () => {
    fc.assert(
      fc.property(kept, windows, fc.boolean(), (places, window, pictured) => {
        const layout = layoutFrom(places, 13);
        const options = { window, ...(pictured ? { pictures: places.map(() => PICTURES) } : {}) };
        const mask = see(layout, layoutFrom(places, 13), options);
        for (let row = 0; row < layout.index.length; row++) {
          assert.include([...mask.subarray(row * 13, (row + 1) * 13)], 0);
        }
      }),
    );
  });

  it("takes padding among the keys: a cached prompt, then generated rows, which are no picture's", () => {
    const queries: TokenLayout = { batch: 2, length: 1, index: Int32Array.of(6, 3) };
    const keys: TokenLayout = { batch: 2, length: 5, index: Int32Array.of(0, 2, 4, 5, 6, 0, 1, -1, 2, 3) };
    const pictures = [Int32Array.of(-1, 0, 0, 0, -1, -1), Int32Array.of(0, 0, -1)];
    const seen = (window: number | null) => [...see(queries, keys, { window, pictures })].map((x) => (x === 0 ? 1 : 0));
    assert.deepEqual(seen(null), [1, 1, 1, 1, 1, 1, 1, 0, 1, 1]);
    assert.deepEqual(seen(3), [0, 0, 1, 1, 1, 0, 1, 0, 1, 1]);
  });

  it("in pieces is the same mask, and every key outside of a piece's span is hidden from it", () => {
    fc.assert(
      fc.property(pairs, windows, fc.boolean(), fc.integer({ min: 1, max: 5 }), ([a, b], window, pictured, step) => {
        const queries = layoutFrom(a);
        const keys = layoutFrom(b);
        const options = { window, ...(pictured ? { pictures: a.map(() => PICTURES) } : {}) };
        const mask = causalMask(queries, keys, options);
        const whole = see(queries, keys, options);
        for (let begin = 0; begin < queries.length; begin += step) {
          const rows = { begin, count: Math.min(step, queries.length - begin) };
          const span = mask.span(rows);
          const part = maskValues(
            { span: () => span, rows: () => mask.rows(rows, span) },
            queries.batch,
            rows.count,
            span.count,
          );
          for (let s = 0; s < queries.batch; s++) {
            for (let q = 0; q < rows.count; q++) {
              for (let k = 0; k < keys.length; k++) {
                const inside = k >= span.begin && k < span.begin + span.count;
                const wanted = whole[(s * queries.length + begin + q) * keys.length + k];
                const found = inside ? part[(s * rows.count + q) * span.count + k - span.begin] : HIDDEN;
                assert.equal(found, wanted);
              }
            }
          }
        }
      }),
    );
  });

  it("is no tensor where everything is seen", () => {
    const keys = layoutFrom([[0, 1, 2]]);
    const last: TokenLayout = { batch: 1, length: 1, index: Int32Array.of(5) };
    assert.isNull(causalMask(last, keys).rows({ begin: 0, count: 1 }, { begin: 0, count: 3 }));
  });
});
