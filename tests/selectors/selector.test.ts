import { assert } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { keepBest, SELECTORS, selector } from "../../src/selectors/index.js";

const scores = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, 1, Number.NaN, -Infinity, Infinity)), {
  maxLength: 40,
});

describe("selectors/keepBest", () => {
  it("keeps the largest, ties to the earlier", () => {
    assert.deepEqual([...keepBest([1, 3, 2, 3], 1)], [0, 1, 0, 0]);
    assert.deepEqual([...keepBest([1, 3, 2, 3], 2)], [0, 1, 0, 1]);
    assert.deepEqual([...keepBest([5, 5, 5, 5], 2)], [1, 1, 0, 0]);
    assert.deepEqual([...keepBest([0, -0, 0], 1)], [1, 0, 0]);
  });

  it("ranks what is not a number last, the earlier first", () => {
    assert.deepEqual([...keepBest([Number.NaN, 1, Number.NaN, -5], 2)], [0, 1, 0, 1]);
    assert.deepEqual([...keepBest([Number.NaN, 1, Number.NaN, -5], 3)], [1, 1, 0, 1]);
  });

  it("takes 0, all, more than there are, and nobody", () => {
    assert.deepEqual([...keepBest([2, 1], 0)], [0, 0]);
    assert.deepEqual([...keepBest([2, 1], 2)], [1, 1]);
    assert.deepEqual([...keepBest([2, 1], 9)], [1, 1]);
    assert.deepEqual([...keepBest([], 0)], []);
  });

  it("keeps exactly the count, and more of it keeps the same ones too", () => {
    fc.assert(
      fc.property(scores, fc.nat(40), (values, count) => {
        const kept = keepBest(values, count);
        assert.equal(
          kept.reduce((sum, one) => sum + one, 0),
          Math.min(count, values.length),
        );
        const more = keepBest(values, count + 1);
        kept.forEach((one, i) => {
          assert.isAtLeast(more[i], one);
        });
      }),
    );
  });
});

describe("selectors/selector", () => {
  it("builds every selector by its own name", () => {
    assert.includeMembers(Object.keys(SELECTORS), ["fastv", "sparsevlm", "fitprune", "random", "uniformStride"]);
    for (const name of Object.keys(SELECTORS)) assert.equal(selector(name, 3).name, name);
  });

  it("names the known ones for an unknown name", () => {
    for (const name of ["fastV", "", "constructor", "__proto__"]) {
      assert.throws(
        () => selector(name),
        EspalierError,
        /choose one of fastv, sparsevlm, fitprune, random, uniformStride/,
      );
    }
  });
});
