import { expect } from "chai";
import fc from "fast-check";
import {
  crossCoordinate,
  mutateCoordinate,
  polynomialMutation,
  simulatedBinaryCrossover,
} from "../../../../src/search/rivals/nsga2/operators.js";
import { Random } from "../../../../src/tensor/index.js";
import { given, golden } from "./golden.js";

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).to.have.length(wanted.length);
  found.forEach((value, d) => {
    expect(value, `coordinate ${d}`).to.be.closeTo(wanted[d], 1e-12);
  });
}

describe("search/rivals/nsga2/operators", () => {
  golden.crossover.forEach(({ parents: [a, b], uniform, children }, k) => {
    it(`crosses as pymoo does from the same numbers, case ${k}`, () => {
      const numbers = given(uniform);
      const [first, second] = simulatedBinaryCrossover(a, b, numbers);
      expectClose(first, children[0]);
      expectClose(second, children[1]);
      expect(numbers.left()).to.equal(0);
    });
  });

  golden.mutation.forEach(({ point, uniform, mutated }, k) => {
    it(`mutates as pymoo does from the same numbers, case ${k}`, () => {
      const numbers = given(uniform);
      expectClose(polynomialMutation(point, numbers), mutated);
      expect(numbers.left()).to.equal(0);
    });
  });

  const coordinate = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1e-9, 0.5));
  const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it("stays in the cube", () => {
    fc.assert(
      fc.property(coordinate, coordinate, uniform, (a, b, u) => {
        expect(mutateCoordinate(a, u)).to.be.within(0, 1);
        if (Math.abs(a - b) <= 1e-14) return;
        const [low, high] = crossCoordinate(a, b, u);
        expect(low).to.be.within(0, high);
        expect(high).to.be.within(low, 1);
      }),
    );
  });

  it("spreads no child at the median where the bounds are far, and moves up above it", () => {
    const [low, high] = crossCoordinate(0.501, 0.499, 0.5);
    expectClose([low, high], [0.499, 0.501]);
    expect(mutateCoordinate(0.3, 0.5)).to.be.closeTo(0.3, 1e-12);
    expect(mutateCoordinate(0.3, 0.2)).to.be.below(0.3);
    expect(mutateCoordinate(0.3, 0.8)).to.be.above(0.3);
  });

  it("crosses and mutates as often as it says, and leaves its parents as they are", () => {
    const random = new Random(3);
    const a = Array.from({ length: 10 }, (_, d) => 0.2 + 0.01 * d);
    const b = a.map((x) => x + 0.3);
    const [wereA, wereB] = [[...a], [...b]];
    let crossed = 0;
    let moved = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const [first, second] = simulatedBinaryCrossover(a, b, random);
      crossed += first.filter((x, d) => x !== a[d] || second[d] !== b[d]).length;
      moved += polynomialMutation(a, random).filter((x, d) => x !== a[d]).length;
    }
    // Four standard deviations: crossings of a pair go together, moves do not.
    expect(crossed / 2000).to.be.closeTo(10 * 0.9 * 0.5, 0.2);
    expect(moved / 2000).to.be.closeTo(1, 0.09);
    expect([a, b]).to.deep.equal([wereA, wereB]);
  });
});
