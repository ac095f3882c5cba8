import { expect } from "chai";
import { minimise } from "../../../../src/search/rivals/gSearch/lbfgs.js";

/** Rosenbrock's valley in pairs of coordinates: 0 where every coordinate is 1. */
async function rosenbrock(x: Float64Array) {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const bend = x[i + 1] - x[i] * x[i];
    value += 100 * bend * bend + (1 - x[i]) ** 2;
    gradient[i] += -400 * x[i] * bend - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * bend;
  }
  return { value, gradient };
}

describe("search/rivals/gSearch/lbfgs", () => {
  it("goes through Rosenbrock's valley", async () => {
    const { x, value } = await minimise(rosenbrock, [-1.2, 1, -1.2, 1], { iterations: 200 });
    expect(value).to.be.below(1e-8);
    for (const coordinate of x) expect(coordinate).to.be.closeTo(1, 1e-3);
  });

  it("does not go where the function is not defined", async () => {
    const logarithm = async ([x]: Float64Array) => ({
      value: x - 3 * Math.log(x),
      gradient: Float64Array.of(1 - 3 / x),
    });
    const { x } = await minimise(logarithm, [0.01]);
    expect(x[0]).to.be.closeTo(3, 1e-4);
  });

  it("stays where nothing is lower, and spends no step on it", async () => {
    let calls = 0;
    const flat = async (x: Float64Array) => {
      calls++;
      return { value: 7, gradient: x.map(() => 0) };
    };
    expect(await minimise(flat, [1, 2])).to.deep.include({ value: 7, x: Float64Array.of(1, 2) });
    expect(calls).to.equal(1);
  });

  it("takes no more steps than it may", async () => {
    const started = await rosenbrock(Float64Array.of(-1.2, 1));
    const { value } = await minimise(rosenbrock, [-1.2, 1], { iterations: 1 });
    expect(value).to.be.within(1e-3, started.value);
  });
});
