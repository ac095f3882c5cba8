import { readFileSync } from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { rankThreshold, softThreshold } from "../../src/relaxation/index.js";

interface Case {
  readonly kind: "score" | "rank";
  readonly scores: number[];
  readonly share: number;
  readonly visual: number;
  readonly dSoft: number[];
  readonly soft: number[];
  readonly dShare: number;
  readonly dScores: number[];
}

const GOLDEN = path.join(import.meta.dirname, "..", "..", "..", "tests", "golden", "relaxation", "thresholds.json");
const THRESHOLDS = { score: softThreshold, rank: rankThreshold };

function assertClose(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, label: string): void {
  assert.equal(found.length, wanted.length, label);
  const scale = Math.max(1e-5, ...Array.from(wanted, Math.abs));
  for (let i = 0; i < wanted.length; i++) {
    assert.isBelow(Math.abs(found[i] - wanted[i]) / scale, tolerance, `${label}, ${i}: ${found[i]} for ${wanted[i]}`);
  }
}

/** Scores with ties, zeros and a wide range; shares within [0, 1] of an original number that is at least theirs. */
const problem = fc
  .record({
    scores: fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 1e-9, 5e-324)), {
      minLength: 1,
      maxLength: 40,
    }),
    more: fc.integer({ min: 0, max: 60 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ scores, more, share }) => {
    const visual = scores.length + more;
    return { scores, visual, share, count: Math.min(scores.length, Math.floor(share * visual + 0.5)) };
  });

describe("thresholds", () => {
  it("equal numpy's, gradients too", () => {
    const cases = JSON.parse(readFileSync(GOLDEN, "utf8")) as Case[];
    assert.isAbove(cases.length, 30);
    for (const [c, { kind, scores, share, visual, soft, dSoft, dShare, dScores }] of cases.entries()) {
      const label = `case ${c} (${kind})`;
      const count = Math.min(scores.length, Math.floor(share * visual + 0.5));
      const threshold = THRESHOLDS[kind](scores, count, share, visual);
      assertClose(threshold.soft, soft, 1e-10, label);
      const gradient = threshold.backward(dSoft);
      // Sums of terms up to 1e8 larger than the result lose that much.
      assertClose([gradient.share], [dShare], 1e-6, `${label}: share`);
      assertClose(gradient.scores, dScores, 1e-6, `${label}: scores`);
    }
  });

  for (const [kind, threshold] of Object.entries(THRESHOLDS)) {
    describe(kind, () => {
      it("keeps exactly the count, the best ones, ties to the earlier", () => {
        fc.assert(
          fc.property(problem, ({ scores, visual, share, count }) => {
            const { hard } = threshold(scores, count, share, visual);
            assert.equal(
              hard.reduce((sum, kept) => sum + kept, 0),
              count,
            );
            for (let a = 0; a < scores.length; a++) {
              for (let b = 0; b < scores.length; b++) {
                const ahead = scores[a] > scores[b] || (scores[a] === scores[b] && a < b);
                if (ahead) assert.isAtLeast(hard[a], hard[b]);
              }
            }
          }),
        );
      });

      it("orders its soft mask as the scores and stays within [0, 1]", () => {
        fc.assert(
          fc.property(problem, ({ scores, visual, share, count }) => {
            const { soft } = threshold(scores, count, share, visual);
            for (let a = 0; a < scores.length; a++) {
              assert.isTrue(soft[a] >= 0 && soft[a] <= 1);
              for (let b = 0; b < scores.length; b++) {
                if (scores[a] > scores[b]) assert.isAtLeast(soft[a], soft[b]);
              }
            }
          }),
        );
      });

      it("gives finite gradients, whatever the scores", () => {
        fc.assert(
          fc.property(problem, ({ scores, visual, share, count }) => {
            const { share: dShare, scores: dScores } = threshold(scores, count, share, visual).backward(
              scores.map((_, i) => Math.sin(i + 1)),
            );
            assert.isTrue(Number.isFinite(dShare));
            assert.lengthOf(dScores, scores.length);
            assert.isTrue(dScores.every(Number.isFinite));
          }),
        );
      });

      it("has finite differences' gradient in the share", () => {
        const scores = [0.31, 0.02, 0.09, 0.4, 0.011, 0.2, 0.05, 0.15];
        const dSoft = scores.map((_, i) => Math.cos(3 * i));
        const value = (share: number) =>
          threshold(scores, 4, share, 8).soft.reduce((sum, soft, i) => sum + soft * dSoft[i], 0);
        for (const share of [0.05, 0.3, 0.5, 0.61, 0.95]) {
          const { share: found } = threshold(scores, 4, share, 8).backward(dSoft);
          const difference = (value(share + 1e-6) - value(share - 1e-6)) / 2e-6;
          assert.closeTo(found, difference, 1e-5 * Math.max(1, Math.abs(difference)));
        }
      });

      it("never falls as the share rises", () => {
        const scores = [0.3, 0.1, 0.2, 0.05];
        const sum = (share: number) => threshold(scores, 2, share, 4).soft.reduce((a, b) => a + b, 0);
        for (let share = 0; share < 0.99; share += 0.1) assert.isAtLeast(sum(share + 0.1), sum(share));
        assert.isAbove(sum(1), sum(0) + 0.5);
      });

      it("takes a single survivor, and equal scores", () => {
        for (const scores of [[0.2], [0.2, 0.2, 0.2]]) {
          const { hard, soft, backward } = threshold(scores, 1, 0.1, 10);
          assert.deepEqual([...hard], [1, ...new Array<number>(scores.length - 1).fill(0)]);
          assert.isTrue(soft.every((value) => value > 0 && value < 1));
          const gradient = backward(new Array<number>(scores.length).fill(1));
          assert.isTrue(Number.isFinite(gradient.share));
          assert.deepEqual([...gradient.scores], new Array<number>(scores.length).fill(0));
        }
      });
    });
  }

  it("by rank does not look at distances between scores", () => {
    const dSoft = [1, -2, 3, 0.5];
    const near = rankThreshold([0.4, 0.39, 0.38, 0.37], 2, 0.5, 4);
    const far = rankThreshold([0.9, 0.1, 1e-3, 1e-9], 2, 0.5, 4);
    assert.deepEqual([...near.soft], [...far.soft]);
    assert.equal(near.backward(dSoft).share, far.backward(dSoft).share);
    // The cut lies between the second and the third: they are equally far from it.
    assert.closeTo(near.soft[1] + near.soft[2], 1, 1e-12);
  });

  it("by score is about one half where a score lies at the threshold", () => {
    const { soft } = softThreshold([0.5, 0.3, 0.2, 0.1, 0.05], 3, 2.5 / 5, 5);
    // The position is 2: weights are even around the third score, whose neighbours are log-evenly far away but for the bottom.
    assert.isAbove(soft[0], 0.99);
    assert.isBelow(soft[4], 1e-6);
  });
});
