import { expect } from "chai";
import type { ResultSearcher } from "../../src/export/index.js";
import { renderSvg, searchersSpecification } from "../../src/figures/index.js";

const searcher = (series: string, title: string, works: number[], values: number[], seed = 0): ResultSearcher => ({
  ...{ series, title, seed, configurations: 20, seconds: 1, hypervolume: values.at(-1)!, reading: null },
  layerForwards: works.at(-1)!,
  curve: { layerForwards: works, hypervolume: values },
});

const SEARCHERS = [
  searcher("search", "differentiable search", [1000, 1200], [0.5, 0.88]),
  searcher("nsga2", "NSGA-II", [400, 800, 6000], [0.2, 0.7, 0.87]),
  searcher("nsga2:seed 3", "NSGA-II", [400, 7000], [0.3, 0.86], 3),
  searcher("tpe", 'TPE <script>alert("x")</script>', [500, 5000], [0.4, 0.869]),
];

describe("figures/searchers", () => {
  it("names every staircase at its end, apart from the others, in a figure that loads nothing", async () => {
    const specification = searchersSpecification({ searchers: SEARCHERS })!;
    const { datasets, height } = specification as unknown as {
      datasets: { labels: { name: string }[]; ends: { hypervolume: number }[] };
      height: number;
    };
    expect(datasets.labels.map(({ name }) => name).slice(0, 3)).to.deep.equal([
      "differentiable search",
      "NSGA-II",
      "NSGA-II, seed 3",
    ]);
    expect(datasets.ends.map(({ hypervolume }) => hypervolume)).to.deep.equal([0.88, 0.87, 0.86, 0.869]);
    const svg = await renderSvg(specification);
    expect(svg).to.not.match(/<script|href="http/);
    const places = [...svg.matchAll(/translate\([\d.]+,([\d.]+)\)[^>]*>(differentiable search|NSGA-II|TPE)/g)];
    const heights = places.map(([, y]) => Number(y)).sort((a, b) => a - b);
    expect(heights).to.have.length(4);
    heights.slice(1).forEach((y, i) => {
      expect(y - heights[i]).to.be.at.least(12);
    });
    for (const y of heights) expect(y).to.be.within(0, height + 12);
  });

  it("is none without searchers, or without a curve", () => {
    expect(searchersSpecification({})).to.equal(null);
    expect(searchersSpecification({ searchers: [] })).to.equal(null);
    expect(searchersSpecification({ searchers: [searcher("tpe", "TPE", [0], [0])] })).to.equal(null);
  });

  it("stands for one searcher, and for equal ends", async () => {
    await renderSvg(searchersSpecification({ searchers: [SEARCHERS[0]] })!);
    const equal = Array.from({ length: 12 }, (_, i) => searcher(`s${i}`, `Searcher ${i}`, [10, 100], [0.5, 0.5]));
    await renderSvg(searchersSpecification({ searchers: equal })!);
    await renderSvg(searchersSpecification({ searchers: [searcher("one", "One", [7], [1])] })!);
  });
});
