import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../src/errors.js";
import { type Discordance, hedgesCorrection, pairedEffectSize } from "../../src/statistics/index.js";

interface Golden {
  effects: { a: number[]; b: number[]; deviation: number; d: number; g: number; discordant?: Discordance }[];
}
const file = new URL("../../../tests/golden/statistics/statistics.json", import.meta.url);
const { effects } = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("statistics/effectSize", () => {
  it("agrees with the definitions in NumPy and SciPy", () => {
    for (const { a, b, deviation, d, g, discordant } of effects) {
      const found = pairedEffectSize(a, b);
      expect(found.samples).to.equal(a.length);
      expect(found.deviation).to.be.closeTo(deviation, 1e-12);
      expect(found.d).to.be.closeTo(d, 1e-12);
      expect(found.g).to.be.closeTo(g, 1e-12);
      expect(found.discordant).to.deep.equal(discordant ?? null);
      const turned = pairedEffectSize(b, a);
      expect(turned.d).to.be.closeTo(-d, 1e-12);
      expect(turned.difference).to.be.closeTo(-found.difference, 1e-12);
    }
  });

  it("corrects less the more samples there are", () => {
    expect(hedgesCorrection(2)).to.be.closeTo(1 / Math.sqrt(Math.PI), 1e-15);
    for (const nu of [10, 1000, 100_000]) {
      expect(hedgesCorrection(nu)).to.be.closeTo(1 - 3 / (4 * nu - 1), 0.05 / nu ** 2 + 1e-11);
    }
  });

  it("says null where a spread is missing, and 0 where nothing differs", () => {
    expect(pairedEffectSize([2], [1])).to.deep.include({ difference: 1, deviation: null, d: null, g: null });
    expect(pairedEffectSize([0.3, 0.3, 0.3], [0.1, 0.1, 0.1])).to.deep.include({ deviation: 0, d: null, g: null });
    expect(pairedEffectSize([1, 0, 1], [1, 0, 1])).to.deep.include({ d: 0, g: 0 });
    expect(pairedEffectSize([1, 0, 1], [1, 0, 1]).discordant).to.deep.equal({ share: 0, onlyA: 0, onlyB: 0 });
    const two = pairedEffectSize([1, 4], [0, 0]);
    expect(two.d).to.be.closeTo(2.5 / Math.sqrt(4.5), 1e-12);
    expect(two.g).to.equal(null);
  });

  it("refuses what has no pairs or no numbers", () => {
    expect(() => pairedEffectSize([1, 2], [1])).to.throw(EspalierError, /2 and 1 samples/);
    expect(() => pairedEffectSize([], [])).to.throw(EspalierError, /empty/);
    expect(() => pairedEffectSize([1, 2], [1, Number.NaN])).to.throw(EspalierError, /sample 1 is NaN/);
  });
});
