import { expect } from "chai";
import { FRONTIER_MIME, readFrontier } from "../../../labextension/src/data/index.js";
import { type FrontierPoint, Random } from "../../../src/index.js";
import { frontier } from "../../../src/notebook/widgets/index.js";
import { syntheticResults } from "../../export/syntheticResults.js";
import { fakeKernel } from "../fakeKernel.js";
import { shownData } from "./frontEnd.js";

/** Evaluations of a search and a grid: the search's lie on a curve, the grid's behind another. */
function evaluations(count: number): FrontierPoint[] {
  const random = new Random(3);
  return Array.from({ length: count }, (_, i) => {
    const isSearch = i % 100 === 0;
    const share = isSearch ? i / count : random.uniform();
    const divergence = (0.02 / (share + 0.02)) * (isSearch ? 1 : 1.1 + 3 * random.uniform());
    const interval = (mean: number) => ({ mean, low: mean * 0.9, high: mean * 1.1 });
    return {
      series: isSearch ? "search" : "grid",
      configuration: isSearch ? `search@${share}` : `grid-${i}`,
      budget: isSearch ? share : null,
      cost: {
        paperMacs: share * 1e9,
        exactMacs: share * 1e9,
        exactFlops: share * 2e9,
        kvBytes: Math.round(share * 1e6),
        normalised: share,
        share,
        textOnly: share,
      },
      divergence: interval(divergence),
      accuracy: interval(Math.max(0, 0.9 - divergence / 4)),
    };
  });
}

describe("notebook/widgets, a study of 10,000 evaluations", function () {
  this.timeout(60_000);

  const given = {
    results: () => syntheticResults({ samples: 4, gridPoints: 10_000, keepRows: false }),
    points: () => evaluations(10_000),
  };
  for (const [what, make] of Object.entries(given)) {
    it(`takes at most 300 kB of a notebook's file, and keeps every point of note (${what})`, async () => {
      const kernel = fakeKernel();
      const view = frontier(make());
      await kernel.displays.settled();
      const bundle = shownData(kernel, FRONTIER_MIME).at(-1)!;
      view.close();
      expect(bundle).to.include.all.keys("image/svg+xml", "image/png", "application/vnd.vegalite.v5+json");
      expect(JSON.stringify(bundle).length).to.be.at.most(300_000);
      const data = readFrontier(bundle[FRONTIER_MIME]);
      expect(data.evaluated).to.be.at.least(10_000);
      expect(data.points.length).to.be.within(500, 2_000);
    });
  }
});
