import { expect } from "chai";
import { logDivergence } from "../../../../src/search/rivals/gSearch/logDivergence.js";
import { Surrogate } from "../../../../src/search/rivals/gSearch/surrogate.js";
import { Pacer, Random } from "../../../../src/tensor/index.js";

const pacer = new Pacer();
const divergence = ([x, y]: readonly number[]) => 2 * Math.exp(-6 * x) * (1 + y);

describe("search/rivals/gSearch/surrogate", () => {
  const random = new Random(9);
  const points = Array.from({ length: 30 }, () => [random.uniform(), random.uniform()]);

  it("foretells divergences over orders of magnitude", async () => {
    const surrogate = new Surrogate(2);
    await surrogate.learn(points, points.map(divergence), new Random(1), pacer);
    for (const point of [
      [0.2, 0.5],
      [0.5, 0.3],
      [0.8, 0.7],
    ]) {
      const { mean, deviation, shift } = surrogate.at(point);
      const wanted = Math.log(divergence(point) + shift);
      expect(Math.abs(mean - wanted)).to.be.below(Math.max(0.05, 4 * deviation));
      expect(mean).to.be.closeTo(wanted, 0.1);
    }
  });

  it("is surer where it believes, and forgets beliefs for measurements", async () => {
    const surrogate = new Surrogate(2);
    await surrogate.learn(points, points.map(divergence), new Random(1), pacer);
    const next = [
      [0.02, 0.97],
      [0.98, 0.02],
    ];
    const before = next.map((point) => surrogate.at(point));
    await surrogate.believe(next[0], pacer);
    expect(surrogate.at(next[0]).deviation).to.be.below(before[0].deviation);
    expect(surrogate.at(next[0]).mean).to.be.closeTo(before[0].mean, 1e-3);
    // Two of thirty more: the hyperparameters stay, so only what was measured may differ.
    const all = [...points, ...next];
    const measured = [...points.map(divergence), 0.5, 0.5];
    await surrogate.learn(all, measured, new Random(1), pacer);
    expect(Math.exp(surrogate.at(next[0]).mean)).to.be.closeTo(0.5, 0.05);
    const other = new Surrogate(2);
    await other.learn(points, points.map(divergence), new Random(1), pacer);
    await other.learn(all, measured, new Random(1), pacer);
    expect(surrogate.at([0.5, 0.5])).to.deep.equal(other.at([0.5, 0.5]));
  });

  it("has a scale for divergences that are 0 or all alike", () => {
    expect([...logDivergence([0, 0]).values]).to.deep.equal([0, 0]);
    expect([...logDivergence([0.5, 0.5, 0.5]).values].map((value) => Math.abs(value))).to.satisfy((values: number[]) =>
      values.every((value) => value < 1e-9),
    );
    const { values } = logDivergence([0, 1, 3]);
    expect(values.every(Number.isFinite)).to.equal(true);
    expect(values.reduce((sum, value) => sum + value, 0)).to.be.closeTo(0, 1e-12);
  });
});
