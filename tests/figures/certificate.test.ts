import { expect } from "chai";
import { compile, type TopLevelSpec } from "vega-lite";
import { EspalierError } from "../../src/errors.js";
import { textWidth } from "../../src/figures/fonts.js";
import { certificateSpecification, type FigureSpecification, renderPng, renderSvg } from "../../src/figures/index.js";
import { fitLines } from "../../src/figures/lines.js";
import { syntheticCertificate, withCertificates } from "../export/syntheticCertificate.js";
import { syntheticResults } from "../export/syntheticResults.js";

const results = withCertificates(syntheticResults({ gridPoints: 0, budgets: [0.1, 0.3, 0.6] }), [0.6, 0.3]);

interface Layer {
  readonly data: { values: Record<string, unknown>[] };
  readonly mark: { type: string; text?: string; strokeDash?: number[] };
  readonly encoding: Record<string, { scale?: { domain?: unknown[]; range?: unknown[] }; field?: string }>;
}
interface Panel {
  readonly title: { text: string[]; subtitle: string[] };
  readonly vconcat: [{ layer: Layer[]; width: number }, { layer: Layer[] }];
}
interface Spec {
  readonly title?: { text: string[]; subtitle: string[] };
  readonly vconcat: Panel[];
}
const look = (specification: FigureSpecification) => specification as unknown as Spec;
/** The panels, without the key above them. */
const panelsOf = (specification: FigureSpecification) => look(specification).vconcat.slice(1);
const layerOf = (panel: Panel, mark: string, extra: (layer: Layer) => boolean = () => true) =>
  panel.vconcat[0].layer.find((layer) => layer.mark.type === mark && extra(layer))!;

describe("the certificate figure", () => {
  const specification = certificateSpecification(results);
  const panels = panelsOf(specification);
  const [first] = results.certificates!.filter(({ budget }) => budget === 0.3);

  it("has a panel for each certificate, by rising cost, with what it says above", () => {
    expect(panels.map(({ title }) => title.text.join(" ").slice(0, 13))).to.deep.equal([
      "search at 30%",
      "search at 60%",
    ]);
    expect(panels[0]!.title.subtitle.join(" ")).to.match(/^Moving one token from layer 7 to layer 1 would gain 2\.10/);
    expect(look(specification).title!.subtitle.join(" ")).to.include("At an optimum all bars are equal");
  });

  it("draws a bar and a whisker for each price, and for no other change", () => {
    const bars = layerOf(panels[0]!, "bar");
    const priced = first!.layers.flatMap(({ layer, more, less }) =>
      [more, less].flatMap(({ price }, i) =>
        price === null
          ? []
          : [{ layer, move: i === 0 ? "more" : "less", price: price.mean, low: price.low, high: price.high }],
      ),
    );
    expect(bars.data.values.map(({ description: _, ...rest }) => rest)).to.deep.equal(priced);
    const whiskers = layerOf(panels[0]!, "rule", ({ encoding }) => encoding["y2"] !== undefined);
    expect(whiskers.data.values).to.deep.equal(bars.data.values);
    for (const { description } of bars.data.values)
      expect(description).to.match(/^one token (more|less) at layer \d: /);
  });

  it("marks a change that no sample allows as absent, not as 0", () => {
    const crosses = layerOf(panels[0]!, "text", ({ mark }) => mark.text === "×").data.values;
    const bars = layerOf(panels[0]!, "bar").data.values;
    expect(crosses.length + bars.length).to.equal(2 * (results.model.layers - 1));
    expect(crosses.length).to.be.greaterThan(2);
    const places = [...crosses, ...bars].map(({ layer, move }) => `${String(layer)} ${String(move)}`);
    expect(new Set(places).size).to.equal(places.length);
  });

  it("tells more from less by side, by colour and by filling", () => {
    const { fill, stroke, xOffset } = layerOf(panels[0]!, "bar").encoding;
    for (const encoding of [fill, stroke, xOffset]) expect(encoding!.scale!.domain).to.deep.equal(["more", "less"]);
    expect(fill!.scale!.range).to.deep.equal(["#0072b2", "#ffffff"]);
    expect(stroke!.scale!.range).to.deep.equal(["#0072b2", "#d55e00"]);
  });

  it("rules the price of all changes together, and shows the schedule below", () => {
    const rule = layerOf(panels[0]!, "rule", ({ mark }) => mark.strokeDash !== undefined);
    expect(rule.data.values[0]!["price"]).to.equal(first!.commonPrice!.mean);
    const [bars] = panels[0]!.vconcat[1].layer;
    const mean = results.means.find(({ series, budget }) => series === "search" && budget === 0.3)!;
    expect(bars!.data.values.map(({ kept }) => kept)).to.deep.equal(
      mean.meanCounts.slice(1).map((count) => count / mean.visualTokens),
    );
  });

  it("draws the configurations that are asked for, and names those there are otherwise", () => {
    expect(panelsOf(certificateSpecification(results, { configurations: ["predictor@0.6"] }))).to.have.length(1);
    expect(() => certificateSpecification(results, { configurations: ["x"] })).to.throw(
      EspalierError,
      /no certificate of x; the results hold those of predictor@0\.3, predictor@0\.6/,
    );
    expect(() => certificateSpecification({ ...results, certificates: [] })).to.throw(
      EspalierError,
      /Certify a schedule/,
    );
  });

  it("says when it leaves some out, and by how many tokens where sizes differ", () => {
    const mean = results.means.find(({ series, budget }) => series === "search" && budget === 0.3)!;
    const many = {
      ...results,
      certificates: Array.from({ length: 11 }, (_, i) => syntheticCertificate(mean, { tokens: i + 1 })),
    };
    const drawn = certificateSpecification(many);
    expect(panelsOf(drawn)).to.have.length(8);
    expect(look(drawn).title!.subtitle.join(" ")).to.include("8 of 11 certificates are drawn");
    expect(panelsOf(drawn)[2]!.title.text.join(" ")).to.match(/3 tokens$/);
  });

  it("compiles without a warning, also with nothing to price, and draws the same bytes again", async () => {
    const warnings: unknown[] = [];
    const note = (...parts: unknown[]) => {
      warnings.push(parts);
      return logger;
    };
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger } as never;
    const still = structuredClone(results);
    const none = { samples: 0, divergence: null, cost: null, price: null };
    for (const certificate of still.certificates!) {
      Object.assign(certificate, { commonPrice: null, spread: null, exchange: null });
      for (const one of certificate.layers) Object.assign(one, { more: none, less: none });
    }
    for (const input of [results, still]) {
      for (const width of [320, 600, 1000])
        compile(certificateSpecification(input, { width }) as TopLevelSpec, { logger });
      const svg = await renderSvg(certificateSpecification(input));
      expect(svg).to.not.match(/NaN|undefined|Infinity|null/);
      expect(await renderSvg(certificateSpecification(input))).to.equal(svg);
    }
    expect(warnings).to.deep.equal([]);
    expect((await renderPng(specification)).length).to.be.greaterThan(1000);
  });

  it("is as wide as asked, with no text beyond it", async () => {
    for (const width of [340, 600, 900]) {
      const svg = await renderSvg(certificateSpecification(results, { width }));
      expect(Number(/width="([\d.]+)"/.exec(svg)![1])).to.be.within(width - 30, width + 30);
    }
  });

  it("loads nothing, and escapes hostile names", async () => {
    expect(JSON.stringify({ ...specification, $schema: "" })).to.not.match(/"url"|https?:/);
    const hostile = structuredClone(results);
    const name = `"><script>alert(1)</script>\u2028`;
    for (const item of [...hostile.means, ...hostile.certificates!]) {
      if (item.series === "search") item.series = name;
    }
    const svg = await renderSvg(certificateSpecification(hostile));
    expect(svg).to.not.include("<script").and.not.include("\u2028");
  });
});

describe("lines of text", () => {
  it("fit the width, and lose no word", () => {
    const text = "No exchange is distinguishable from none: the best of fourteen would gain little";
    for (const width of [40, 120, 300, 2000]) {
      const lines = fitLines(text, width, { fontSize: 10.5 });
      expect(lines.join(" ")).to.equal(text);
      for (const line of lines.filter((one) => one.includes(" "))) {
        expect(textWidth(line, { fontSize: 10.5 })).to.be.at.most(width);
      }
    }
    expect(fitLines("", 10, {})).to.deep.equal([""]);
  });
});
