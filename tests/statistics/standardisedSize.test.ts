import { expect } from "chai";
import { pairedEffectSize, samplesForPower, standardisedSize, USUAL_POWER } from "../../src/statistics/index.js";

describe("statistics/standardisedSize", () => {
  const a = [1, 2, 4, 3, 6, 5];
  const b = [0, 2, 3, 1, 5, 5];

  it("states Hedges' g and the samples that would show it, more of them for more comparisons", () => {
    const { g } = pairedEffectSize(a, b);
    const one = standardisedSize(a, b, 1);
    expect(one).to.deep.equal({ effectSize: g, samplesNeeded: samplesForPower(g!, { power: USUAL_POWER }) });
    expect(standardisedSize(a, b, 10).samplesNeeded).to.be.greaterThan(one.samplesNeeded!);
  });

  it("needs no samples where nothing differs, nothing is spread, or nothing could be seen", () => {
    expect(standardisedSize(a, a, 1)).to.deep.equal({ effectSize: 0, samplesNeeded: null });
    expect(
      standardisedSize(
        a,
        a.map((value) => value - 1),
        1,
      ),
    ).to.deep.equal({ effectSize: null, samplesNeeded: null });
    const tiny = standardisedSize([1e9, -1e9, 1], [0, 0, 0], 1);
    expect(tiny.effectSize).to.not.equal(0);
    expect(tiny.samplesNeeded).to.equal(null);
  });
});
