import { assert } from "chai";
import fc from "fast-check";
import { EspalierError } from "../../src/errors.js";
import { attainmentBands } from "../../src/pareto/index.js";

describe("pareto/attainment", () => {
  it("takes the value that a part of the runs reaches, by hand", () => {
    const runs = [
      [5, 1, null],
      [4, 2, 0.5],
      [3, 3, null],
      [2, 4, null],
    ];
    const [best, half, most, all] = attainmentBands(runs, [0.25, 0.5, 0.75, 1]);
    assert.deepEqual(best.divergence, [2, 1, 0.5]);
    assert.deepEqual(half.divergence, [3, 2, null]);
    assert.deepEqual(most.divergence, [4, 3, null]);
    assert.deepEqual(all.divergence, [5, 4, null]);
  });

  it("of one run is that run, at every level", () => {
    for (const { divergence } of attainmentBands([[1, null, 2]])) assert.deepEqual(divergence, [1, null, 2]);
  });

  it("is reached by that part of the runs and by no smaller part below it", () => {
    const value = fc.option(fc.double({ min: 0, max: 9, noNaN: true }), { nil: null });
    const runs = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(runs, fc.double({ min: 0.01, max: 1, noNaN: true }), (readings, level) => {
        const [{ divergence }] = attainmentBands(readings, [level]);
        divergence.forEach((reached, b) => {
          const column = readings.map((row) => row[b] ?? Number.POSITIVE_INFINITY);
          const within = column.filter((one) => one <= (reached ?? Number.POSITIVE_INFINITY)).length;
          assert.isAtLeast(within, level * readings.length - 1e-6);
          if (reached !== null) {
            assert.include(column, reached);
            assert.isBelow(column.filter((one) => one < reached).length, level * readings.length + 1e-6);
          }
        });
      }),
    );
  });

  it("refuses what has no bands", () => {
    assert.throws(() => attainmentBands([]), EspalierError, /at least one run/);
    assert.throws(() => attainmentBands([[1], [1, 2]]), EspalierError, /at 1 and at 2 budgets/);
    assert.throws(() => attainmentBands([[1]], [0]), EspalierError, /level 0 does not exist/);
    assert.throws(() => attainmentBands([[Number.NaN]]), EspalierError, /NaN/);
  });
});
