import { expect } from "chai";
import sharp from "sharp";
import { toMimeBundle } from "../../kernel/src/display/index.js";
import type { FrontierPoint } from "../../src/export/index.js";
import { bootstrapDifference, bootstrapMean } from "../../src/statistics/index.js";
import { embeddedItems } from "../../src/tasks/index.js";
import { type BackendReport, Random } from "../../src/tensor/index.js";
import { withCertificates } from "../export/syntheticCertificate.js";
import { syntheticResults } from "../export/syntheticResults.js";
import { fakeKernel } from "./fakeKernel.js";

const VEGA_LITE = "application/vnd.vegalite.v5+json";

describe("notebook/representations", () => {
  const results = withCertificates(syntheticResults(), [0.1, 0.3]);

  before(async () => {
    fakeKernel();
    await import("../../src/notebook/espalier.js");
  });

  async function shown(value: unknown): Promise<Record<string, string>> {
    return (await toMimeBundle(value)).data as Record<string, string>;
  }

  /** A figure for every kind of page, and no HTML that would hide it. */
  async function figure(
    value: unknown,
  ): Promise<{ text: string; specification: Record<string, unknown>; bytes: number }> {
    const data = await shown(value);
    expect(Object.keys(data)).to.have.members([VEGA_LITE, "image/svg+xml", "image/png", "text/plain"]);
    const specification = data[VEGA_LITE] as unknown as Record<string, unknown>;
    expect(specification["$schema"]).to.equal("https://vega.github.io/schema/vega-lite/v5.json");
    const { width, height } = await sharp(Buffer.from(data["image/png"]!, "base64")).metadata();
    expect(width).to.be.greaterThan(300);
    expect(height).to.be.greaterThan(100);
    return { text: data["text/plain"]!, specification, bytes: JSON.stringify(data).length };
  }

  function widest(text: string): number {
    return Math.max(...text.split("\n").map((line) => line.length));
  }

  it("draws a frontier, and prints it as a table", async () => {
    const { text } = await figure(results.frontier);
    const [head, ...rows] = text.split("\n");
    expect(head).to.match(/^configuration +cost +of full +divergence \(nats\) +accuracy$/);
    expect(rows).to.have.length(results.frontier.length);
    expect(rows[4]).to.equal("predictor@0.3   19.7%    54.2%  0.185 [0.150, 0.220]           66.7% [47.4, 85.9]");
    expect(widest(text)).to.be.at.most(100);
  });

  it("keeps a frontier of 200 points below 150 kB", async () => {
    const [first] = results.frontier;
    const random = new Random(3);
    const points = Array.from({ length: 200 }, (_, i): FrontierPoint => {
      const mean = 2 * Math.exp(-i / 60) + 1e-4 * random.uniform();
      const cost = { ...first!.cost, normalised: (i + random.uniform()) / 201, share: 0.1 + i / 250 };
      return {
        ...{ ...first!, configuration: `schedule ${i}`, budget: null, cost },
        divergence: { mean, low: 0.9 * mean, high: 1.1 * mean },
      };
    });
    const { bytes, text, specification } = await figure(points);
    expect(bytes).to.be.below(150_000);
    expect(text).to.match(/\n… 150 more$/);
    const { datasets } = specification as { datasets: Record<string, { cost: number }[]> };
    expect(Object.values(datasets).some((points) => points.length === 200)).to.equal(true);
    // What is rounded is still more than a screen can show.
    for (const { cost } of Object.values(datasets).flat()) if (cost !== undefined) expect(cost).to.be.within(0, 1);
  });

  it("draws results, with everything as text", async () => {
    const { text } = await figure(results);
    expect(text).to.contain("paired comparisons").and.to.contain("certificate of search at 10%");
    expect(await shown({ ...results, means: [], frontier: [], certificates: [] })).to.have.all.keys("text/plain");
  });

  it("draws a mean, a best schedule and a schedule file", async () => {
    const mean = results.means.find(({ series }) => series === "search")!;
    expect((await figure(mean)).text).to.match(
      /^search, predictor@0.05: divergence 0\.636 \[.*\] nats · accuracy .* · cost 3%, 44\.7% of full · 24 samples\nkept per layer █▁▁▁····, 8\.6 of 56 tokens on average$/,
    );
    const schedule = {
      common: { shares: [1, 0.5, 0.25, 0.1] },
      samples: new Map([["a", { counts: [64, 32, 16, 3] }]]),
    };
    expect((await figure({ layers: 4, ...schedule })).text).to.equal(
      "Schedule: kept per layer █▄▂▁  100% 50% 25% 10%\n1 sample has a schedule of its own, and one for all others.",
    );
    const own = {
      layers: 2,
      common: null,
      samples: new Map([
        ["a", { counts: [4, 2] }],
        ["b", { shares: [1, 0] }],
      ]),
    };
    expect((await figure(own)).text).to.contain("100% 25%\n2 samples have schedules of their own.");
    expect((await figure({ point: results.frontier[0], mean, schedule })).text).to.match(/^search.*\n.*\n1 sample has/);
  });

  it("draws a certificate, and says when there is nothing to draw", async () => {
    const [certificate] = results.certificates!;
    const { text } = await figure(certificate);
    expect(text)
      .to.match(/^certificate of search at 10%/)
      .and.to.match(/\nlayer {2}one token more +one token less\n/);
    const nothing = { more: { samples: 0, divergence: null, cost: null, price: null } };
    const empty = {
      ...certificate,
      ...{ spread: null, exchange: null, commonPrice: null },
      layers: certificate!.layers.map(({ layer }) => ({ layer, more: nothing.more, less: nothing.more })),
    };
    const data = await shown(empty);
    expect(data).to.have.all.keys("text/plain");
    expect(data["text/plain"]).to.contain("No sample allows a change of one token at any layer.");
  });

  it("prints estimates and differences with their intervals", async () => {
    const random = new Random(1);
    const values = [0.1, 0.2, 0.15, 0.3, 0.05];
    const estimate = bootstrapMean(values, { random });
    expect((await shown(estimate))["text/plain"]).to.match(/^0\.160 \[0\.\d+, 0\.\d+\] \(95% interval, 5 samples\)$/);
    const difference = bootstrapDifference(values, [0.2, 0.1, 0.1, 0.4, 0.3], { random });
    expect((await shown(difference))["text/plain"]).to.match(
      /^-0\.0600 \[-.*\] \(95% interval, 5 samples\), p = 0\.\d+$/,
    );
    expect((await shown(bootstrapMean([0.5], { random })))["text/plain"]).to.equal(
      "0.500 (no interval from a single sample)",
    );
  });

  it("prints the backend and the way to a better one", async () => {
    const report: BackendReport = {
      ...{ backend: "wasm", forced: false, tfjs: "4.22.0", library: null, libraryDirectory: null, cuda: null },
      ...{ device: "a processor", threads: 1 },
      better: [{ backend: "native", why: "set-up has not run", remedy: "npm run setup" }],
    };
    expect((await shown(report))["text/plain"]).to.equal(
      "Backend wasm: TensorFlow.js 4.22.0 · a processor, 1 thread\nnot native: set-up has not run; npm run setup",
    );
  });

  it("shows pictures, and items and samples with theirs", async () => {
    const [item] = embeddedItems("test", 1);
    const [image] = item!.images;
    const { "image/png": png, "text/plain": text } = await shown(image);
    expect(text).to.equal(`Picture, ${image!.width} × ${image!.height} pixels`);
    const { data, info } = await sharp(Buffer.from(png!, "base64"))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).to.include({ width: image!.width, height: image!.height, channels: 3 });
    expect(Buffer.compare(data, Buffer.from(image!.data))).to.equal(0);
    const shownItem = await shown({ ...item, question: "a < b ?" });
    expect(shownItem["text/html"]).to.contain(`src="data:image/png;base64,${png}"`).and.to.contain("a &lt; b ?");
    const sample = { id: "s1", task: "count", inputIds: [1, 2, 3], promptLength: 2, answers: ["two"] };
    expect((await shown({ ...sample, pictures: async () => item!.images }))["image/png"]).to.equal(png);
    expect((await shown(sample))["text/plain"]).to.equal("s1 (count)\n2 tokens of prompt, 1 of answer\nanswer: two");
  });

  it("counts a study's samples instead of printing them", async () => {
    const [item] = embeddedItems("test", 1);
    const sample = { id: item!.id, task: item!.task };
    const data = { name: "d", train: [sample, sample], validation: [sample], test: [sample], notes: ["A remark."] };
    expect((await shown(data))["text/plain"]).to.equal(
      `Data d: 2 samples to train on, 1 to choose on, 1 to score on (test)\ntasks: ${item!.task}\nA remark.`,
    );
  });

  it("draws a Vega-Lite specification of the cell's own, and leaves one that loads something to the front end", async () => {
    const own = {
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      title: { text: ["Tokens", "by layer"] },
      data: { values: [0, 1, 2].map((layer) => ({ layer, tokens: 64 >> layer })) },
      width: 320,
      height: 120,
      mark: "bar",
      encoding: { x: { field: "layer", type: "ordinal" }, y: { field: "tokens", type: "quantitative" } },
    };
    const { text, specification } = await figure(own);
    expect(text).to.equal("Tokens by layer");
    expect(specification["mark"]).to.equal("bar");
    const loading = await shown({ ...own, data: { url: "https://example.org/tokens.csv" } });
    expect(Object.keys(loading)).to.have.members([VEGA_LITE, "text/plain"]);
  });

  it("leaves everything else to the kernel, and runs no getter", async () => {
    const trap = {
      get format() {
        throw new Error("A getter ran.");
      },
    };
    expect((await shown(trap))["text/plain"]).to.equal("{ format: [Getter] }");
    for (const other of [[], {}, [{ series: "a" }], { width: 2, height: 2, data: new Uint8Array(3) }, { mean: 1 }]) {
      expect(Object.keys(await shown(other))).to.not.include(VEGA_LITE);
    }
    expect(await shown([{ series: "a" }])).to.have.property("text/html");
  });
});
