import { expect } from "chai";
import { parse as parseCsv } from "csv-parse/sync";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { readFrontier } from "../../../../labextension/src/data/index.js";
import { chartRows, MOST_MARKS, pointRow } from "../../../../labextension/src/frontier/model/chartRows.js";
import { differencesOf } from "../../../../labextension/src/frontier/model/comparison.js";
import { codeOf, configurationOf, csvOf } from "../../../../labextension/src/frontier/model/exportFiles.js";
import { exportSpecification } from "../../../../labextension/src/frontier/model/exportSpecification.js";
import { FrontierScene } from "../../../../labextension/src/frontier/model/frontierScene.js";
import { seriesStyles } from "../../../../src/figures/browser.js";
import { sampleFrontier } from "../../page/frontierSample.js";

function sceneOf(points: number, change: (json: ReturnType<typeof sampleFrontier>) => void = () => {}): FrontierScene {
  const json = sampleFrontier({ points });
  change(json);
  const scene = new FrontierScene(readFrontier(json));
  scene.resize(600, 300);
  scene.update();
  return scene;
}

function stylesOf(scene: FrontierScene) {
  const styles = seriesStyles(scene.styleNames);
  return scene.styleNames.map((name) => styles.get(name)!);
}

function specificationOf(scene: FrontierScene) {
  return exportSpecification(scene, stylesOf(scene), {
    title: "a title",
    subtitle: "",
    cost: "cost",
    metric: "↓ divergence",
    unpruned: "unpruned",
    describe: (point) => scene.points.id(point),
    widthOf: (text) => 7 * text.length,
  }) as { datasets: Record<string, object[]> };
}

describe("labextension/frontier/model/exports", () => {
  it("hold all points of a small plot, in a specification that Vega draws", async () => {
    const scene = sceneOf(120);
    const specification = specificationOf(scene);
    const { dominated, probable, marks } = specification.datasets;
    expect(dominated!.length + probable!.length + marks!.length).to.equal(120);
    const { spec } = compile(specification as unknown as TopLevelSpec);
    const view = new vega.View(vega.parse(spec), { renderer: "none" });
    const svg = await view.toSVG();
    view.finalize();
    expect(svg).to.match(/^<svg /);
    expect(svg).to.include("uniformStride (control)");
    expect(svg).to.include("at most 0.05 nats");
    expect(svg).to.not.include("NaN");
  });

  it("thin the cloud of 100,000 points", () => {
    const specification = specificationOf(sceneOf(100_000));
    const { dominated, probable } = specification.datasets;
    expect(dominated!.length + probable!.length).to.equal(1_000);
    expect(JSON.stringify(specification).length).to.be.below(1_000_000);
  });

  it("never draw more marks than Vega carries", () => {
    const scene = sceneOf(4_000, (json) => {
      // All of them on a frontier: the more, the better.
      json.points.metrics.divergence.value = json.points.costs.normalised.map((cost) => 1 / cost);
    });
    const rows = chartRows(scene, (_, point) => pointRow(scene, stylesOf(scene), point, ""), "");
    expect(rows.marks.length + rows.intervals.length).to.be.within(300, MOST_MARKS);
  });

  it("write a table that a spreadsheet reads, and no formulas", () => {
    const scene = sceneOf(12, (json) => {
      json.points.label[0] = '=HYPERLINK("http://evil.test","a")';
      json.points.label[1] = 'two\nlines, and "quotes"';
    });
    const rows: Record<string, string>[] = parseCsv(csvOf(scene), { columns: true });
    expect(rows).to.have.length(12);
    expect(rows[0]!["configuration"]).to.equal(`'=HYPERLINK("http://evil.test","a")`);
    expect(rows[1]!["configuration"]).to.equal('two\nlines, and "quotes"');
    expect(Number(rows[3]!["cost_normalised"])).to.equal(scene.points.cost("normalised")[3]);
    expect(rows[4]!["divergence_low"]).to.not.equal("");
    expect(rows[1]!["budget"]).to.equal("");
    expect(rows.map(({ standing }) => standing)).to.include("frontier");
  });

  it("fill code with values as JSON, whatever they hold", () => {
    const scene = sceneOf(4, (json) => {
      json.points.label[0] = '"); alert(1); ("{budget}';
      json.code = "pick({series}, {configuration}, {budget}, {shares}, {unknown})";
    });
    const shares = scene.points.shares(0);
    expect(codeOf(scene, 0, null)).to.equal(
      `pick("search", ${JSON.stringify('"); alert(1); ("{budget}')}, ${scene.points.budget[0]}, ${JSON.stringify(shares)}, {unknown})`,
    );
    const none = sceneOf(4, (json) => Object.assign(json, { code: null }));
    expect(codeOf(none, 0, null)).to.equal(null);
  });

  it("state a configuration with all its numbers", () => {
    const scene = sceneOf(8);
    const one = JSON.parse(JSON.stringify(configurationOf(scene, 1, [1, 0.5])));
    expect(one).to.deep.include({
      id: "grid/grid-1",
      series: "grid",
      configuration: "grid-1",
      budget: null,
      shares: [1, 0.5],
    });
    expect(one.metrics.divergence.value).to.equal(scene.points.metric("divergence").value[1]);
  });

  it("turn a comparison that was stated the other way round", () => {
    const one = { a: "x", b: "y", metric: "m", difference: 2, low: 1, high: 3, p: 0.01, samples: 9, matched: true };
    const all = [{ ...one, verdict: "b better" }];
    expect(differencesOf(all, "x", "y")).to.deep.equal(all);
    expect(differencesOf(all, "y", "x")).to.deep.equal([
      { ...one, a: "y", b: "x", difference: -2, low: -3, high: -1, verdict: "a better" },
    ]);
    expect(differencesOf(all, "x", "z")).to.deep.equal([]);
  });
});
