import { expect } from "chai";
import fc from "fast-check";
import { KERNEL_FUNCTIONS, kernelFunction } from "../../../src/schedules/index.js";
import { kernelSpace } from "../../../src/search/rivals/searchSpace.js";

describe("search/rivals/searchSpace", () => {
  for (const name of Object.keys(KERNEL_FUNCTIONS)) {
    it(`${name}: every point of the cube is a schedule`, () => {
      const space = kernelSpace(kernelFunction(name), 6);
      const point = fc.array(fc.double({ min: -0.5, max: 1.5, noNaN: true }), {
        minLength: space.dimensions,
        maxLength: space.dimensions,
      });
      fc.assert(
        fc.property(fc.array(point, { minLength: 1, maxLength: 4 }), (points) => {
          const rows = space.decode(points);
          expect(rows).to.have.length(points.length);
          for (const row of rows) {
            expect(row[0]).to.equal(1);
            row.forEach((share, i) => {
              expect(share).to.be.within(0, i === 0 ? 1 : row[i - 1]);
            });
          }
        }),
        { numRuns: 30 },
      );
    });
  }

  it("takes the sigmoid of a parameter as its coordinate", () => {
    const free = kernelSpace(kernelFunction("free"), 4);
    expect(free.dimensions).to.equal(3);
    const [row] = free.decode([[0.5, 0.25, 1]]);
    [1, 0.5, 0.125, 0.125].forEach((share, i) => {
      expect(row[i]).to.be.closeTo(share, 2e-5);
    });
  });

  it("has no schedules of no points", () => {
    expect(kernelSpace(kernelFunction("linear"), 4).decode([])).to.deep.equal([]);
  });
});
