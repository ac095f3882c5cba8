import { assert } from "chai";
import { EspalierError } from "../../src/errors.js";
import { AugmentedLagrangian, FORMS, type LagrangianOptions } from "../../src/search/index.js";

/** One epoch of one bucket: its slacks, all in one batch. */
function epoch(solver: AugmentedLagrangian, slacks: readonly number[], bucket = 0): number {
  solver.terms(
    slacks.map(() => bucket),
    slacks.map(() => 0),
    slacks,
  );
  return solver.endEpoch();
}

const SMALL: LagrangianOptions = { multiplier: 0.5, penalty: 10 };

describe("search/augmentedLagrangian", () => {
  it("perSample: 1/2σ·(max(0, μ − σh)² − μ²), sample by sample", () => {
    const solver = new AugmentedLagrangian(2, { ...SMALL, form: "perSample", divergenceWeight: 3 });
    const [over, even, under] = solver.terms([0, 1, 0], [0.2, 0.1, 0.4], [-0.1, 0, 0.2]);
    // μ − σh = 1.5: (2.25 − .25)/20 = .1
    assert.closeTo(over.value, 3 * 0.2 + 0.1, 1e-12);
    assert.closeTo(over.perCost, 1.5, 1e-12);
    assert.closeTo(even.value, 0.3, 1e-12);
    assert.closeTo(even.perCost, 0.5, 1e-12);
    // μ − σh = −1.5: the constraint is slack, −.25/20.
    assert.closeTo(under.value, 1.2 - 0.0125, 1e-12);
    assert.equal(under.perCost, 0);
    assert.equal(under.perDivergence, 3);
  });

  it("released: 1000·KL − 0.1·w·h + σ·h²", () => {
    const solver = new AugmentedLagrangian(1, { form: "released" });
    const [term] = solver.terms([0], [0.01], [-0.2]);
    assert.closeTo(term.value, 10 + 0.1 * 100 * 0.2 + 10 * 0.04, 1e-12);
    assert.equal(term.perDivergence, 1000);
    // An equality form: spending less than the budget is punished as well.
    const [under] = solver.terms([0], [0.01], [0.9]);
    assert.isBelow(under.perCost, 0);
  });

  it("projected: the divergence alone", () => {
    const solver = new AugmentedLagrangian(1, { form: "projected" });
    assert.deepEqual(solver.terms([0], [0.3], [-0.5]), [{ value: 0.3, perDivergence: 1, perCost: 0 }]);
  });

  it("mean: the bucket's mean slack over the epoch so far", () => {
    const solver = new AugmentedLagrangian(1, { ...SMALL, form: "mean" });
    const [first, second] = solver.terms([0, 0], [0, 0], [-0.3, 0.1]);
    assert.closeTo(first.perCost, 0.5 + 10 * 0.1, 1e-12);
    assert.deepEqual(first, second);
    const [third] = solver.terms([0], [0], [0.5]);
    // The mean of −.3, .1 and .5 is .1.
    assert.equal(third.perCost, 0);
  });

  it("has derivatives that are its values' finite differences", () => {
    for (const form of FORMS) {
      for (const slack of [-0.3, -0.01, 0.02, 0.4]) {
        const at = (h: number, d: number) => new AugmentedLagrangian(1, { ...SMALL, form }).terms([0], [d], [h])[0];
        const { perCost, perDivergence } = at(slack, 0.2);
        assert.closeTo((at(slack - 1e-6, 0.2).value - at(slack + 1e-6, 0.2).value) / 2e-6, perCost, 1e-5, form);
        assert.closeTo((at(slack, 0.2 + 1e-6).value - at(slack, 0.2 - 1e-6).value) / 2e-6, perDivergence, 1e-4, form);
      }
    }
  });

  it("perSample: a sample under its budget does not offset one over it", () => {
    const solver = new AugmentedLagrangian(1, { ...SMALL, form: "perSample" });
    // Mean slack 0: violations .2 and 0.
    const percentile = epoch(solver, [-0.2, 0.2]);
    assert.equal(percentile, 0, "of two violations the lower one is at the 95th percentile's place");
    const [bucket] = solver.state.buckets;
    assert.closeTo(bucket.violation, 0.1, 1e-12);
    // mean of max(0, .5 + 2) and max(0, .5 − 2)
    assert.closeTo(bucket.multiplier, 1.25, 1e-12);
    assert.equal(bucket.penalty, 10, "nothing came before, so it has not failed to shrink");
  });

  it("mean: one over and one under are even", () => {
    const solver = new AugmentedLagrangian(1, { ...SMALL, form: "mean" });
    epoch(solver, [-0.2, 0.2]);
    const [bucket] = solver.state.buckets;
    assert.closeTo(bucket.violation, 0, 1e-12);
    assert.closeTo(bucket.multiplier, 0.5, 1e-12);
    epoch(solver, [-0.2, 0.1]);
    assert.closeTo(solver.state.buckets[0].multiplier, 0.5 + 10 * 0.05, 1e-12);
  });

  it("released: the multiplier follows the signed mean", () => {
    const solver = new AugmentedLagrangian(1, { form: "released" });
    epoch(solver, [0.3, 0.1]);
    assert.closeTo(solver.state.buckets[0].multiplier, 100 - 10 * 0.2, 1e-12);
  });

  it("σ grows only while a violation above the tolerance does not shrink enough, up to its most", () => {
    const options: LagrangianOptions = {
      form: "perSample",
      penalty: 10,
      growth: 3,
      maxPenalty: 50,
      tolerance: 0.01,
      shrink: 0.5,
    };
    const solver = new AugmentedLagrangian(1, options);
    const penalty = () => solver.state.buckets[0].penalty;
    epoch(solver, [-0.4]);
    assert.equal(penalty(), 10);
    epoch(solver, [-0.19]);
    assert.equal(penalty(), 10, ".19 is below half of .4");
    epoch(solver, [-0.1]);
    assert.equal(penalty(), 30, ".1 is more than half of .19");
    epoch(solver, [-0.1]);
    assert.equal(penalty(), 50, "three times 30 is too much");
    epoch(solver, [-0.009]);
    epoch(solver, [-0.009]);
    assert.equal(penalty(), 50, "below the tolerance nothing is wrong");
  });

  it("leaves a budget alone that no sample of the epoch had", () => {
    const solver = new AugmentedLagrangian(2, { ...SMALL, form: "perSample" });
    const before = solver.state.buckets[0];
    epoch(solver, [-0.5], 1);
    assert.deepEqual(solver.state.buckets[0], before);
    assert.equal(new AugmentedLagrangian(2, SMALL).endEpoch(), 0);
  });

  it("has converged after three calm updates in a row", () => {
    const solver = new AugmentedLagrangian(1, { ...SMALL, form: "perSample", tolerance: 0.05 });
    const calm = [-0.01, 0.2];
    epoch(solver, calm);
    epoch(solver, calm);
    assert.isFalse(solver.converged);
    assert.closeTo(epoch(solver, [-0.3, -0.3]), 0.3, 1e-12);
    epoch(solver, calm);
    epoch(solver, calm);
    assert.isFalse(solver.converged);
    epoch(solver, calm);
    assert.isTrue(solver.converged);
  });

  it("says what to do where a divergence is no number", () => {
    for (const value of [Number.NaN, Infinity]) {
      const solver = new AugmentedLagrangian(1);
      assert.throws(() => solver.terms([0], [value], [0]), EspalierError, /espalier parity/);
    }
  });

  it("goes on from its state as if nothing had happened, through JSON", () => {
    for (const form of FORMS) {
      const slacks = [[-0.3, 0.1], [-0.29, -0.2], [0.01], [-0.002, 0.3]];
      const whole = new AugmentedLagrangian(3, { ...SMALL, form });
      const parts = new AugmentedLagrangian(3, { ...SMALL, form });
      slacks.forEach((row, at) => {
        epoch(whole, row, at % 2);
        const next = at === 1 ? new AugmentedLagrangian(3, { ...SMALL, form }) : parts;
        if (at === 1) {
          next.restore(JSON.parse(JSON.stringify(parts.state)));
          epoch(next, row, at % 2);
          parts.restore(JSON.parse(JSON.stringify(next.state)));
        } else {
          epoch(parts, row, at % 2);
        }
        assert.deepEqual(parts.state, whole.state, form);
      });
      assert.equal(whole.state.buckets[2].violation, -1);
    }
  });
});
