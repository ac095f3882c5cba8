import { expect } from "chai";
import { areaBuckets, balancedOrder } from "../../../src/study/data/pictureArea.js";
import { Random } from "../../../src/tensor/index.js";

describe("study/data/pictureArea", () => {
  it("has buckets equally wide in the logarithm of the area", () => {
    // Two to the 0th … 16th: eight buckets of two octaves each.
    const areas = Array.from({ length: 17 }, (_, i) => 2 ** i);
    const buckets = areaBuckets([...areas.keys()], areas);
    expect(buckets).to.deep.equal([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
      [12, 13],
      [14, 15, 16],
    ]);
    expect(areaBuckets([1, 2, 3], [50, 50, 50])).to.deep.equal([[1, 2, 3]]);
    expect(areaBuckets([], [])).to.deep.equal([]);
  });

  it("puts what is far outside into the outermost buckets", () => {
    const areas = [1, ...Array.from({ length: 400 }, (_, i) => 1000 + 10 * i), 1e12];
    const buckets = areaBuckets([...areas.keys()], areas);
    expect(buckets).to.have.length(8);
    expect(buckets[0]).to.include(0);
    expect(buckets[7]).to.include(401);
  });

  it("orders so that every beginning is balanced, as far as there are any, the same with the same seed", () => {
    const buckets = [["a1", "a2", "a3", "a4", "a5"], ["b1"], ["c1", "c2", "c3"]];
    const order = balancedOrder(buckets, new Random(3));
    expect(order.map(([letter]) => letter).join("")).to.equal("abcacacaa");
    expect([...order].sort()).to.deep.equal(buckets.flat());
    expect(balancedOrder(buckets, new Random(3))).to.deep.equal(order);
    expect(balancedOrder(buckets, new Random(4))).to.not.deep.equal(order);
  });
});
