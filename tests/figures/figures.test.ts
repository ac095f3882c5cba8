import { expect } from "chai";
import sharp from "sharp";
import { compile, type TopLevelSpec } from "vega-lite";
import { EspalierError } from "../../src/errors.js";
import { GRID_ON_VALIDATION } from "../../src/export/index.js";
import {
  type FigureSpecification,
  frontierSpecification,
  renderPng,
  renderSvg,
  scheduleSpecification,
} from "../../src/figures/index.js";
import { syntheticResults } from "../export/syntheticResults.js";

const results = syntheticResults({ gridPoints: 120 });

interface Panel {
  readonly layer: {
    data: { name: string };
    mark: { type: string; interpolate?: string };
    encoding: Record<string, Encoding>;
  }[];
}
interface Encoding {
  readonly field?: string;
  readonly scale?: { type?: string; domain?: unknown[]; range?: unknown[] };
}
interface FrontierSpec {
  readonly datasets: Record<string, Record<string, unknown>[]>;
  readonly vconcat: Panel[];
  readonly title?: { subtitle: string[] };
}
const look = (specification: FigureSpecification) => specification as unknown as FrontierSpec;

describe("the frontier figure", () => {
  const specification = look(frontierSpecification(results));
  const [divergence, accuracy] = specification.vconcat;
  const layer = (panel: Panel, data: string, mark: string) =>
    panel.layer.find((one) => one.data.name === data && one.mark.type === mark)!;

  it("has a panel for divergence and one for accuracy, with the marks that each needs", () => {
    expect(divergence!.layer.map((one) => `${one.data.name}:${one.mark.type}`)).to.deep.equal([
      ...[
        "dominated:point",
        "clouds:line",
        "curves:line",
        "intervals:rule",
        "marks:point",
        "labels:point",
        "labels:text",
      ],
    ]);
    expect(accuracy!.layer.map((one) => `${one.data.name}:${one.mark.type}`)).to.deep.equal([
      ...[
        "dominated:point",
        "clouds:point",
        "unpruned:rule",
        "unpruned:text",
        "curves:line",
        "intervals:rule",
        "marks:point",
      ],
    ]);
    expect(look(frontierSpecification(results, { accuracy: false })).vconcat).to.have.length(1);
  });

  it("tells each series apart by colour, shape and dash, the search first and the same everywhere", () => {
    const { color, shape } = layer(divergence!, "marks", "point").encoding as Record<string, Required<Encoding>>;
    const { strokeDash } = layer(divergence!, "curves", "line").encoding as Record<string, Required<Encoding>>;
    const names = ["search", "control:random", "control:uniform stride", "control:downsampled", "grid"];
    for (const encoding of [color!, shape!, strokeDash!]) expect(encoding.scale.domain).to.deep.equal(names);
    expect(color!.scale.range![0]).to.equal("#0072b2");
    expect(new Set(color!.scale.range).size).to.equal(5);
    expect(new Set(strokeDash!.scale.range!.map(String)).size).to.equal(5);
    const few = look(frontierSpecification(results, { series: ["search", "grid"] }));
    expect(layer(few.vconcat[0]!, "marks", "point").encoding["color"]!.scale!.range![0]).to.equal("#0072b2");
  });

  it("draws every mean once: on its series' frontier, or faded", () => {
    const { dominated, curves, clouds } = specification.datasets;
    expect(dominated!.length + curves!.length + clouds!.length).to.equal(results.means.length);
    for (const series of new Set([...curves!, ...clouds!].map((point) => point["series"]))) {
      const points = [...curves!, ...clouds!].filter((point) => point["series"] === series);
      for (let i = 1; i < points.length; i++) {
        expect(points[i]!["cost"]).to.be.above(points[i - 1]!["cost"] as number);
        expect(points[i]!["divergence"]).to.be.below(points[i - 1]!["divergence"] as number);
      }
    }
  });

  it("draws the frontier that the results list, even where one of its points dominates another", () => {
    const chosen = structuredClone(results);
    const search = chosen.means.filter((mean) => mean.series === "search");
    const worse = chosen.frontier.at(-1)!;
    const mean = search.find((one) => one.configuration === worse.configuration && one.budget === worse.budget)!;
    mean.divergence = { mean: 0.9, low: 0.8, high: 1 };
    worse.divergence = mean.divergence;
    const drawn = look(frontierSpecification(chosen));
    const line = drawn.datasets["curves"]!.filter((point) => point["series"] === "search");
    expect(line.map((point) => point["configuration"])).to.deep.equal(
      chosen.frontier.map((point) => point.configuration),
    );
    expect(drawn.title!.subtitle.join(" ")).to.include("a line may rise");
    expect(specification.title!.subtitle.join(" ")).to.not.include("a line may rise");
  });

  it("leaves the grid's choosing samples out unless asked for them", () => {
    const both = structuredClone(results);
    const grid = both.means.filter((mean) => mean.series === "grid");
    both.means.push(...grid.map((mean) => ({ ...mean, series: GRID_ON_VALIDATION })));
    const names = (specification: FrontierSpec) =>
      new Set(Object.values(specification.datasets).flatMap((points) => points.map((point) => point["series"])));
    expect(names(look(frontierSpecification(both))))
      .to.include("grid")
      .and.not.include(GRID_ON_VALIDATION);
    expect(names(look(frontierSpecification(both, { series: [GRID_ON_VALIDATION] })))).to.include(GRID_ON_VALIDATION);
  });

  it("chooses the divergence axis by what it has to show, and covers it", () => {
    const axis = (input: typeof results) =>
      layer(look(frontierSpecification(input)).vconcat[0]!, "marks", "point").encoding["y"]!.scale!;
    expect(axis(results).type).to.equal("log");
    const zero = structuredClone(results);
    zero.means[0]!.divergence = { mean: 0, low: 0, high: 0 };
    expect(axis(zero).type).to.equal("symlog");
    expect(axis(zero).domain![0]).to.equal(0);
    const flat = structuredClone(results);
    for (const mean of flat.means) mean.divergence.mean = 0.5 + mean.cost.share;
    expect(axis(flat).type).to.equal("linear");
    const largest = Math.max(...results.means.map((mean) => mean.divergence.mean));
    expect(axis(results).domain![1]).to.be.at.least(largest);
  });

  it("labels every line where it covers no other label", () => {
    const labels = specification.datasets["labels"]!;
    expect(labels.map((label) => label["label"])).to.include.members(["search", "reference grid", "random (control)"]);
    const places = labels.map(
      (label) => `${(label["cost"] as number).toFixed(2)} ${(label["divergence"] as number).toPrecision(2)}`,
    );
    expect(new Set(places).size).to.equal(5);
  });

  it("puts more series than fit into a key", async () => {
    const many = syntheticResults({
      gridPoints: 0,
      controls: Array.from({ length: 9 }, (_, i) => `rival ${i}`),
      budgets: [0.2, 0.5],
    });
    const svg = await renderSvg(frontierSpecification(many));
    for (let i = 0; i < 9; i++) expect(svg).to.include(`>rival ${i}<`);
  });

  it("thins the dominated points and says so", () => {
    const thinned = look(frontierSpecification(results, { maximumDominated: 20 }));
    expect(thinned.datasets["dominated"]).to.have.length(20);
    expect(thinned.title!.subtitle.join(" ")).to.match(/20 of 1?\d\d dominated points drawn/);
    expect(look(frontierSpecification(results)).title!.subtitle.join(" ")).to.not.include("dominated points drawn");
  });

  it("loads nothing: its data are inside", () => {
    const text = JSON.stringify({ ...frontierSpecification(results), $schema: "" });
    expect(text).to.not.match(/"url"|https?:/);
  });

  it("refuses results with nothing to draw", () => {
    expect(() => frontierSpecification({ ...results, means: [] })).to.throw(EspalierError, /nothing to draw/);
    expect(() => frontierSpecification(results, { unit: "ms" })).to.throw(EspalierError, /in ms/);
  });

  it("compiles without a warning in every unit and scale", () => {
    const warnings: unknown[] = [];
    const note = (...parts: unknown[]) => {
      warnings.push(parts);
      return logger;
    };
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger } as never;
    for (const unit of ["share", "normalised", "textOnly", "kvBytes", "exactFlops"] as const) {
      for (const divergenceScale of ["linear", "log", "symlog"] as const) {
        compile(frontierSpecification(results, { unit, divergenceScale }) as TopLevelSpec, { logger });
      }
    }
    for (const layout of ["multiples", "overlaid"] as const)
      compile(scheduleSpecification(results, { layout }) as TopLevelSpec, { logger });
    expect(warnings).to.deep.equal([]);
  });
});

describe("the schedule figure", () => {
  it("shows six budgets of the frontier, smallest and largest among them", () => {
    const { layers } = look(scheduleSpecification(results)).datasets;
    const panels = [...new Set(layers!.map((layer) => layer["panel"] as string))];
    expect(panels).to.have.length(6);
    expect(panels[0]).to.match(/^5% /);
    expect(panels.at(-1)).to.match(/^90% /);
    expect(layers).to.have.length(6 * results.model.layers);
    const mean = results.means.find((one) => one.series === "search" && one.budget === 0.05)!;
    expect(layers![1]!["kept"]).to.equal(mean.meanCounts[1]! / mean.visualTokens);
  });

  it("spans the middle of the samples where rows are there, and nothing where they are not", () => {
    const spans = (input: typeof results) =>
      look(scheduleSpecification(input)).datasets["layers"]!.filter((layer) => layer["low"] !== null);
    expect(spans(results).length).to.be.above(3);
    for (const span of spans(results)) expect(span["low"]).to.be.below(span["high"] as number);
    expect(spans({ ...results, rows: [] })).to.have.length(0);
  });

  it("draws the budgets that are asked for, and names those there are otherwise", () => {
    const { layers } = look(scheduleSpecification(results, { budgets: [0.3], series: "control:random" })).datasets;
    expect(layers).to.have.length(results.model.layers);
    expect(() => scheduleSpecification(results, { budgets: [0.33] })).to.throw(EspalierError, /0\.05, 0\.1/);
    expect(() => scheduleSpecification(results, { series: "none" })).to.throw(EspalierError, /"none"/);
  });
});

describe("drawing without a browser", () => {
  const specification = frontierSpecification(results);

  it("gives the same SVG bytes for the same data, also when drawings overlap in time", async () => {
    const alone = await renderSvg(specification);
    const together = await Promise.all([
      renderSvg(frontierSpecification(results)),
      renderSvg(scheduleSpecification(results)),
      renderSvg(frontierSpecification(results)),
    ]);
    expect(together[0]).to.equal(alone);
    expect(together[2]).to.equal(alone);
    expect(alone)
      .to.include("DejaVu Sans")
      .and.not.match(/NaN|undefined|Infinity/);
  });

  it("makes a PNG of the size asked for, with text in it", async () => {
    const svg = await renderSvg(specification);
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    for (const scale of [1, 2.5]) {
      const { width: columns, height: rows } = await sharp(await renderPng(specification, { scale })).metadata();
      expect([columns, rows]).to.deep.equal([Math.round(width! * scale), Math.round(height! * scale)]);
    }
    const picture = sharp(await renderPng(specification, { width: 300 }));
    expect((await picture.metadata()).width).to.equal(300);
    // The title's corner: without fonts it would be blank.
    const corner = await sharp(await renderPng(specification, { scale: 1 }))
      .extract({ left: 0, top: 0, width: 200, height: 24 })
      .greyscale()
      .stats();
    expect(corner.channels[0]!.min).to.be.below(120);
  });

  it("refuses a size that cannot be", async () => {
    for (const options of [{ scale: 0 }, { scale: 1e6 }, { width: Number.NaN }]) {
      const error = await renderPng(specification, options).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(EspalierError);
    }
  });

  it("escapes hostile names", async () => {
    const hostile = structuredClone(results);
    const name = `"><script>alert(1)</script><image href='http://x'/>\u2028&`;
    hostile.model.name = name;
    for (const mean of hostile.means) if (mean.series === "control:random") mean.series = name;
    const svg = await renderSvg(frontierSpecification(hostile));
    expect(svg).to.not.match(/<script|<image/);
    expect(svg).to.include("&lt;script&gt;");
  });
});
