import { expect } from "chai";
import { agreement, predictedMilliseconds } from "../../src/calibration/endToEnd.js";
import { fitLatency, fittedTable } from "../../src/calibration/fit.js";
import { layerKinds, thinned, tokenLadder } from "../../src/calibration/ladder.js";
import { measure } from "../../src/calibration/measure.js";
import { latencyAt } from "../../src/cost/index.js";
import { Pacer, Random } from "../../src/tensor/index.js";
import { handMade } from "../cost/handMade.js";

const timing = (tokens: number, median: number, repeats = 5) => ({
  tokens,
  low: median,
  median,
  high: median,
  repeats,
});
const shape = (windows: (number | null)[]) => ({
  ...{ layers: windows.length, hidden: 8, intermediate: 16, heads: 2, kvHeads: 1, headDim: 4 },
  windows,
});

describe("calibration/fit", () => {
  it("recovers a layer's time from noisy repeats", async () => {
    const truth = (n: number) => 1.2 + 0.004 * n + 6e-6 * n * n;
    let now = 0;
    const noise = new Random(8);
    const ladder = tokenLadder(8, 1024, 12);
    const works = ladder.map((n) => ({
      key: String(n),
      run() {
        now += truth(n) * Math.exp(0.15 * Math.abs(noise.normal()));
      },
    }));
    const { timings } = await measure(works, {
      ...{ clock: { now: () => now }, random: new Random(0), pacer: new Pacer() },
      ...{ seconds: 1e9, spread: 0.01, warmUps: 1 },
    });
    const table = fittedTable(ladder.map((tokens) => ({ tokens, ...timings.get(String(tokens))! })));
    // Noise that only adds: half of its draws are below 0.6745 standard deviations.
    const expected = Math.exp(0.15 * 0.6745);
    for (const n of [8, 20, 100, 300, 700, 1024, 1100]) {
      expect(latencyAt(table, n).value / (expected * truth(n)), String(n)).to.be.closeTo(1, 0.06);
    }
  });

  it("pools medians that contradict the order by their repeats", () => {
    const table = fittedTable([timing(8, 1), timing(16, 3, 10), timing(32, 2, 30), timing(64, 4)]);
    expect(table).to.deep.equal({ tokens: [8, 16, 32, 64], ms: [1, 2.25, 2.25, 4] });
    expect(fittedTable([])).to.deep.equal({ tokens: [1], ms: [0] });
  });

  it("gives each layer the table of its kind, and a fall at half of the longest prompt", () => {
    const kinds = layerKinds(shape([512, null, 512, 512]));
    expect(kinds).to.deep.equal([
      { window: 512, layers: [0, 2, 3] },
      { window: null, layers: [1] },
    ]);
    const layers = kinds.map((kind, k) => ({
      ...kind,
      ...{ prefill: [timing(8, 1 + k), timing(100, 5 + k)], prefillWithoutCache: [], decode: [] },
    }));
    const found = fitLatency(
      {
        layers,
        settings: { tokens: 100, selector: "fastv", seconds: 1, spread: 1, warmUps: 1, seed: 0 },
        selector: { scoring: [timing(10, 1), timing(90, 9)], removal: [timing(10, 2)] },
        embedding: [timing(10, 0.5)],
        predictor: [],
        head: timing(1, 0.25),
      },
      4,
    );
    expect(found.layers).to.deep.equal([0, 1, 0, 0]);
    expect(found.tables.map(({ ms }) => ms)).to.deep.equal([
      [1, 5],
      [2, 6],
    ]);
    expect(found.selector.perFall).to.be.closeTo(5 + 2, 1e-12);
    expect(found.head).to.equal(0.25);
  });

  it("predicts a run as it is executed: scores behind every layer, removal where counts fall", () => {
    const counts = [17, 13, 13, 0];
    const found = predictedMilliseconds(shape([null, null, null, null]), handMade(4), { counts, prompt: { text: 3 } });
    const layers = 3.5 + 2 + (1.5 + 6 * 0.2) + 0.75;
    const scoring = [20, 16, 16].reduce((sum, n) => sum + 0.1 + 0.02 * (n - 1), 0);
    const removal = [20, 16].reduce((sum, n) => sum + 0.2 + 0.02 * (n - 1), 0);
    expect(found).to.be.closeTo(layers + scoring + removal + 0.15 + 0.4, 1e-12);
  });

  it("says how well predictions agree", () => {
    const runs = [
      { median: 10, predicted: 10 },
      { median: 22, predicted: 20 },
      { median: 30, predicted: 40 },
    ];
    const { ratio, rSquared } = agreement(runs);
    expect(ratio).to.deep.equal({ median: 1, least: 0.75, most: 1.1 });
    const mean = 62 / 3;
    const variance = runs.reduce((sum, { median }) => sum + (median - mean) ** 2, 0);
    expect(rSquared).to.be.closeTo(1 - (4 + 100) / variance, 1e-12);
    expect(agreement([{ median: 4, predicted: 2 }])).to.deep.equal({
      ...{ ratio: { median: 2, least: 2, most: 2 }, rSquared: 0 },
    });
  });

  it("climbs in geometric steps to the longest prompt", () => {
    expect(tokenLadder(8, 512, 7)).to.deep.equal([8, 16, 32, 64, 128, 256, 512]);
    expect(tokenLadder(8, 10, 12)).to.deep.equal([8, 9, 10]);
    expect(tokenLadder(8, 8, 12)).to.deep.equal([8]);
    expect(thinned([8, 16, 32, 64, 128, 256, 512], 2)).to.deep.equal([8, 32, 128, 512]);
    expect(thinned([8, 16, 32, 64], 2)).to.deep.equal([16, 64]);
  });
});
