import { expect } from "chai";
import { crowdingDistances } from "../../../../src/search/rivals/nsga2/crowding.js";
import { golden } from "./golden.js";

describe("search/rivals/nsga2/crowding", () => {
  golden.crowding.forEach(({ front, distances }, k) => {
    it(`has pymoo's distances, ${front.length} points, case ${k}`, () => {
      crowdingDistances(front).forEach((distance, i) => {
        const wanted = distances[i];
        if (wanted === null) expect(distance).to.equal(Infinity);
        else expect(distance).to.be.closeTo(wanted, 1e-12);
      });
    });
  });

  it("is the perimeter share of the neighbours' box", () => {
    const front = [
      [0, 4],
      [1, 2],
      [3, 1],
      [4, 0],
    ];
    expect(crowdingDistances(front)).to.deep.equal([Infinity, 3 / 4 + 3 / 4, 3 / 4 + 2 / 4, Infinity]);
  });

  it("has no distances of an empty front, and is never NaN where objectives are infinite or all the same", () => {
    expect(crowdingDistances([])).to.deep.equal([]);
    expect(crowdingDistances([0, 1, 2].map(() => [1, 2]))).to.deep.equal([0, 0, 0]);
    const unbounded = [
      [0, Infinity],
      [1, Infinity],
      [2, 1],
      [3, 0],
    ];
    expect(crowdingDistances(unbounded)).to.deep.equal([Infinity, Infinity, 2 / 3, Infinity]);
  });
});
