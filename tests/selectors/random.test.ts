import { assert } from "chai";
import type { StaticSelector } from "../../src/selectors/index.js";
import { random } from "../../src/selectors/random.js";

const sample = (id: string, visual = 64) => ({
  id,
  promptLength: visual + 4,
  visual: Int32Array.from({ length: visual }, (_, i) => i + 2),
});
const lots = (selector: StaticSelector, id: string) => [...selector.scores(sample(id))];

describe("selectors/random", () => {
  it("draws the same lot for the same sample and seed, in any order", () => {
    const first = lots(random(4), "a");
    const other = random(4);
    lots(other, "b");
    assert.deepEqual(lots(other, "a"), first);
    assert.deepEqual(lots(random(), "a"), lots(random(0), "a"));
  });

  it("draws another lot for another sample or seed", () => {
    assert.notDeepEqual(lots(random(4), "a"), lots(random(4), "b"));
    assert.notDeepEqual(lots(random(4), "a"), lots(random(5), "a"));
  });

  it("favours no place", () => {
    const sums = new Float64Array(16);
    for (let s = 0; s < 2000; s++) {
      random(1)
        .scores(sample(`${s}`, 16))
        .forEach((score, i) => {
          sums[i] += score / 2000;
        });
    }
    // Means of 2,000 uniform draws deviate by .0065; five of that.
    for (const mean of sums) assert.closeTo(mean, 0.5, 0.033);
  });

  it("takes a sample without a picture", () => {
    assert.lengthOf(random(1).scores(sample("none", 0)), 0);
  });
});
