import { expect } from "chai";
import fc from "fast-check";
import { type Candidate, type Ranked, survivors, tournament } from "../../../../src/search/rivals/nsga2/selection.js";
import { Random } from "../../../../src/tensor/index.js";

const at = (x: number, y: number, violation = 0): Candidate => ({ objectives: [x, y], violation });

describe("search/rivals/nsga2/selection", () => {
  it("keeps whole fronts, and of the one that is cut its ends and who has the most room", () => {
    const first = [at(0, 4), at(4, 0)];
    const second = [at(1, 9), at(2, 8), at(3, 5), at(9, 1)];
    const kept = survivors([...second, ...first], 5);
    expect(kept.map(({ candidate }) => candidate)).to.deep.equal([...first, second[0], second[3], second[2]]);
    expect(kept.map(({ rank }) => rank)).to.deep.equal([0, 0, 1, 1, 1]);
    expect(kept.map(({ crowding }) => crowding)).to.deep.equal([Infinity, Infinity, Infinity, Infinity, 7 / 8 + 7 / 8]);
  });

  it("keeps the feasible before the infeasible, and of those the nearest", () => {
    const kept = survivors([at(0, 0, 0.3), at(9, 9), at(5, 5, 0.1), at(1, 1, 0.2)], 3);
    expect(kept.map(({ candidate }) => candidate.violation)).to.deep.equal([0, 0.1, 0.2]);
  });

  it("never drops a candidate that is in a better front than one it keeps", () => {
    const cloud = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 })),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(cloud, fc.integer({ min: 0, max: 25 }), (drawn, size) => {
        const candidates = drawn.map(([x, y, violation]) => at(x, y, violation));
        const everyone = survivors(candidates, candidates.length);
        expect(everyone).to.have.length(candidates.length);
        const kept = survivors(candidates, size);
        expect(kept).to.have.length(Math.min(size, candidates.length));
        const alive = new Set(kept.map(({ candidate }) => candidate));
        expect(alive.size).to.equal(kept.length);
        const worst = Math.max(-1, ...kept.map(({ rank }) => rank));
        for (const { candidate, rank } of everyone) if (rank < worst) expect(alive.has(candidate)).to.equal(true);
      }),
    );
  });

  it("lets the better front win, then room, and each member compete as often as the others", () => {
    const member = (candidate: string, rank: number, crowding: number): Ranked<string> => ({
      candidate,
      rank,
      crowding,
    });
    const four = [member("third", 1, 3), member("best", 0, 0.5), member("last", 1, 2), member("second", 0, 0.4)];
    const random = new Random(9);
    const runnersUp = new Set<string>();
    for (let trial = 0; trial < 200; trial++) {
      // Two fights between four: the best wins one, whoever it meets.
      const [runnerUp, ...others] = tournament(four, 2, random).filter((name) => name !== "best");
      expect(others).to.deep.equal([]);
      runnersUp.add(runnerUp);
    }
    // Third wins against last alone, and last against nobody.
    expect(runnersUp).to.deep.equal(new Set(["second", "third"]));
  });

  it("decides between equals by chance", () => {
    const pair: Ranked<string>[] = ["a", "b"].map((candidate) => ({ candidate, rank: 0, crowding: Infinity }));
    const winners = tournament(pair, 1000, new Random(2));
    expect(winners.filter((name) => name === "a").length).to.be.within(430, 570);
  });
});
