import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Browser, Locator } from "playwright-core";
import { PNG } from "pngjs";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { ROOT } from "../page/bundle.js";
import { sampleColumns, sampleFrontier } from "../page/frontierSample.js";
import type { MountOptions } from "../page/pageApi.js";
import { launchChromium, type PageOptions, WidgetPage } from "../page/widgetPage.js";

const RENDER = "renderFrontier";
/** Until what may come later has come. */
const SETTLED_MS = 600;

let browser: Browser;
let open: WidgetPage | null = null;

async function mounted(
  data: unknown = sampleFrontier(),
  options: MountOptions = {},
  page: Partial<PageOptions> = {},
): Promise<WidgetPage> {
  open = await WidgetPage.open(browser, { widget: "frontier", ...page });
  await open.mount(RENDER, data, options);
  await open.page.waitForFunction("document.querySelector('.espalier-chart canvas') !== null");
  await open.page.waitForTimeout(SETTLED_MS);
  return open;
}

const plotOf = ({ page }: WidgetPage): Locator => page.getByRole("listbox", { name: /Configurations on the frontier/ });
const sliderOf = ({ page }: WidgetPage): Locator => page.getByRole("slider", { name: "Budget" });
const detailsOf = ({ page }: WidgetPage): Locator => page.getByRole("region", { name: "Selected configuration" });
const pinsOf = ({ page }: WidgetPage): Locator => page.getByRole("region", { name: "Pinned configurations" });

async function drag(page: WidgetPage["page"], from: readonly [number, number], to: readonly [number, number]) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up();
}

/** A place of the plot, by shares of its width and height. */
async function placeOn(widget: WidgetPage, across: number, down: number): Promise<[number, number]> {
  const box = (await plotOf(widget).boundingBox())!;
  return [box.x + across * box.width, box.y + down * box.height];
}

/** Moves over the plot until something has a tooltip. @returns where. */
async function findPoint(widget: WidgetPage): Promise<[number, number]> {
  for (let down = 0.2; down < 0.95; down += 0.05) {
    for (let across = 0.3; across < 0.7; across += 0.05) {
      const place = await placeOn(widget, across, down);
      await widget.page.mouse.move(...place);
      await widget.drawn();
      if (await widget.page.locator(".espalier-tooltip").isVisible()) return place;
    }
  }
  throw new Error("There is no point in the middle of the plot.");
}

describe("labextension/frontier widget", function () {
  this.timeout(120_000);

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async function () {
    const errors = open?.errors ?? [];
    const strays = open?.strays ?? [];
    await open?.close();
    open = null;
    if (this.currentTest?.state === "passed") expect({ errors, strays }).to.deep.equal({ errors: [], strays: [] });
  });

  it("selects what is clicked, and says what it is", async () => {
    const widget = await mounted();
    await widget.page.mouse.click(...(await findPoint(widget)));
    await widget.drawn();
    const selected = String(await widget.get("selected"));
    expect(selected).to.match(/^[\w:]+\/\w+-\d+$/);
    expect(await widget.saves()).to.equal(1);
    expect(await detailsOf(widget).textContent()).to.include(selected.split("/")[1]);
    expect(await plotOf(widget).getByRole("option", { selected: true }).count()).to.equal(1);
  });

  it("follows a selection from outside", async () => {
    const widget = await mounted();
    await widget.set("selected", "search/search-8");
    await widget.drawn();
    expect(await detailsOf(widget).textContent()).to.include("search-8");
    await widget.set("selected", "nobody/knows");
    await widget.drawn();
    expect(await detailsOf(widget).isVisible()).to.equal(false);
  });

  it("zooms into a brush and tells what is in it; a double click shows everything", async () => {
    const widget = await mounted(sampleFrontier({ points: 400 }));
    await drag(widget.page, await placeOn(widget, 0.2, 0.2), await placeOn(widget, 0.5, 0.7));
    await widget.drawn();
    const brushed = (await widget.get("brushed")) as string[];
    expect(brushed.length).to.be.within(5, 399);
    expect(new Set(brushed).size).to.equal(brushed.length);
    const place = await placeOn(widget, 0.5, 0.02);
    await widget.page.mouse.dblclick(...place);
    await widget.drawn();
    expect(await widget.get("brushed")).to.deep.equal([]);
    expect(await widget.get("selected")).to.equal(null);
  });

  it("drags the budget, snapping to nothing, and shows the best within it", async () => {
    const widget = await mounted(sampleFrontier({ points: 400 }));
    const box = (await sliderOf(widget).boundingBox())!;
    expect(Math.min(box.width, box.height)).to.be.at.least(24);
    const start = [box.x + box.width / 2, box.y + 10] as const;
    const plot = (await plotOf(widget).boundingBox())!;
    await drag(widget.page, start, [start[0] - plot.width * 0.437, start[1]]);
    await widget.drawn();
    expect(await widget.get("budget")).to.be.closeTo(0.563, 0.003);
    expect(await widget.saves()).to.equal(1);
    expect(await sliderOf(widget).getAttribute("aria-valuetext")).to.match(/^56\.\d\s%; best: search, search-\d+: /);
    await widget.page.getByRole("button", { name: "Select it" }).click();
    expect(await widget.get("selected")).to.match(/^search\//);
    const evaluate = widget.page.getByRole("button", { name: "Evaluate at this budget" });
    expect(await evaluate.getAttribute("aria-disabled")).to.equal("true");
    await evaluate.click({ force: true });
    expect(await widget.sent()).to.deep.equal([]);
  });

  it("does everything with the keyboard alone, and keeps its keys to itself", async () => {
    const widget = await mounted(sampleFrontier({ points: 400 }), { live: true });
    const { keyboard } = widget.page;
    await widget.page.evaluate(
      "document.addEventListener('keydown', ({ key }) => key !== 'Shift' && (window.escaped = key))",
    );
    await widget.page.evaluate("document.querySelector('.espalier-plot-focus').focus()");
    await keyboard.press("Home");
    await keyboard.press("ArrowRight");
    await widget.drawn();
    const active = () => plotOf(widget).getAttribute("aria-activedescendant");
    const first = await active();
    await keyboard.press("ArrowRight");
    await widget.drawn();
    expect(await active()).to.not.equal(first);
    await keyboard.press("ArrowDown");
    await widget.drawn();
    const option = widget.page.locator(`[id="${await active()}"]`);
    expect(await option.getAttribute("role")).to.equal("option");
    expect(await option.textContent()).to.match(/^reference grid, grid-\d+: /);
    await keyboard.press("Enter");
    expect(await widget.get("selected")).to.match(/^grid\/grid-/);
    await keyboard.press("p");
    await keyboard.press("ArrowUp");
    await keyboard.press("P");
    expect((await widget.get("pinned")) as string[]).to.have.length(2);
    await keyboard.press("+");
    await keyboard.press("+");
    const near = ((await widget.get("brushed")) as string[]).length;
    expect(near).to.be.within(1, 399);
    await keyboard.press("Shift+ArrowLeft");
    await keyboard.press("-");
    expect(((await widget.get("brushed")) as string[]).length).to.be.above(near);
    await keyboard.press("Escape");
    expect(await widget.get("brushed")).to.deep.equal([]);
    await keyboard.press("b");
    expect(await widget.page.evaluate("document.activeElement.getAttribute('aria-label')")).to.equal("Budget");
    for (const key of ["PageDown", "PageDown", "ArrowLeft"]) await keyboard.press(key);
    expect(await widget.get("budget")).to.be.closeTo(0.79, 1e-6);
    await keyboard.press("Home");
    expect(await widget.get("budget")).to.equal(0);
    await keyboard.press("Delete");
    expect(await widget.get("budget")).to.equal(null);
    expect(await widget.page.evaluate("window.escaped")).to.equal(undefined);
    expect(await widget.page.locator("[data-lm-suppress-shortcuts=true] .espalier-plot").count()).to.equal(1);
  });

  it("grows with what is appended, and tells how far the study is and lets it be stopped", async () => {
    const widget = await mounted(sampleFrontier({ points: 60 }), { live: true });
    const status = widget.page.locator(".espalier-status");
    expect(await status.textContent()).to.include("60 configurations");
    const options = await plotOf(widget).getByRole("option").count();
    const progress = { label: "search", done: 3, total: 12, left: 65 };
    await widget.deliver({ type: "status", running: "search", progress });
    await widget.deliver({ type: "append", points: sampleColumns({ first: 60, points: 200 }), evaluated: 260 });
    await widget.page.waitForTimeout(1_200);
    expect(await status.textContent()).to.match(/260 configurations.*search: 3 of 12, about 1 min left/);
    expect(await plotOf(widget).getByRole("option").count()).to.be.above(options);
    await widget.page.getByRole("button", { name: "Stop" }).click();
    expect(await widget.sent()).to.deep.equal([{ type: "stop" }]);
    await widget.deliver({ type: "status", running: null, progress: null });
    await widget.drawn();
    expect(await widget.page.getByRole("button", { name: "Stop" }).isVisible()).to.equal(false);
  });

  it("says so when a message cannot be read, and draws on", async () => {
    const widget = await mounted(sampleFrontier(), { live: true });
    await widget.deliver({ type: "append", points: { label: ["a"] }, evaluated: 1 });
    await widget.deliver({ type: "status", running: 7 });
    await widget.deliver("nonsense");
    await widget.drawn();
    expect(await widget.page.locator(".espalier-message").textContent()).to.match(/cannot be read.*running should be/);
    expect(await widget.page.locator(".espalier-status").textContent()).to.include("120 configurations");
  });

  it("goes back in time and forth again", async () => {
    const widget = await mounted(sampleFrontier({ points: 300 }));
    const range = widget.page.getByRole("slider", { name: "Evaluations shown" });
    await range.fill("10");
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await range.getAttribute("aria-valuetext")).to.equal("10 of 300 evaluations");
    expect(await plotOf(widget).getByRole("option").count()).to.be.at.most(10);
    await range.focus();
    await widget.page.keyboard.press("End");
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await range.getAttribute("aria-valuetext")).to.equal("300 of 300 evaluations");
    expect(await plotOf(widget).getByRole("option").count()).to.be.above(10);
    await range.fill("290");
    await widget.page.getByRole("button", { name: "Play the evaluations" }).click();
    await widget.page.getByRole("button", { name: "Play the evaluations" }).waitFor({ timeout: 10_000 });
    expect(await range.inputValue()).to.equal("300");
  });

  it("does not play where motion is unwelcome", async () => {
    const widget = await mounted(sampleFrontier(), {}, { reducedMotion: true });
    expect(await widget.page.getByRole("button", { name: "Play the evaluations" }).count()).to.equal(0);
    expect(await widget.page.getByRole("slider", { name: "Evaluations shown" }).count()).to.equal(1);
  });

  it("asks for a comparison of two pins, and shows the difference with its interval", async () => {
    const pinned = ["search/search-4", "grid/grid-9"];
    const widget = await mounted(sampleFrontier(), { live: true, state: { pinned } });
    const request = (await widget.sent()).find(({ type }) => type === "request")!;
    expect(request["what"]).to.deep.equal({ name: "compare", a: pinned[0], b: pinned[1] });
    expect(await pinsOf(widget).textContent()).to.include("Comparing");
    const difference = { a: pinned[0], b: pinned[1], metric: "divergence", difference: -0.12, low: -0.2, high: -0.04 };
    const rest = { p: 0.004, samples: 64, matched: false, verdict: "a better" };
    const value = { differences: [{ ...difference, ...rest }] };
    await widget.deliver({ type: "reply", number: request["number"], value });
    await widget.drawn();
    const text = (await pinsOf(widget).textContent())!.replaceAll("\u00a0", " ");
    expect(text).to.include("−0.12 nats (−0.2 to −0.04)");
    expect(text).to.include("A is better");
    expect(text).to.include("p = 0.004, 64 samples, at different cost");
    await widget.page.getByRole("button", { name: "Unpin A" }).click();
    expect(await widget.get("pinned")).to.deep.equal([pinned[1]]);
  });

  it("says what the kernel could not compare", async () => {
    const pinned = ["search/search-4", "grid/grid-9"];
    const widget = await mounted(sampleFrontier(), { live: true, state: { pinned } });
    const [request] = await widget.sent();
    await widget.deliver({
      type: "reply",
      number: request!["number"],
      error: "They were not scored on the same samples.",
    });
    await widget.drawn();
    expect(await pinsOf(widget).textContent()).to.include("They were not scored on the same samples.");
  });

  it("shows comparisons of the data without a kernel", async () => {
    const one = { a: "grid/grid-9", b: "search/search-4", metric: "divergence", difference: 0.5, low: 0.4, high: 0.6 };
    const comparisons = [{ ...one, p: null, samples: 64, matched: true, verdict: "b better" }];
    const data = { ...sampleFrontier(), comparisons, pinned: ["search/search-4", "grid/grid-9"] };
    const widget = await mounted(data);
    expect(await pinsOf(widget).textContent()).to.include("A is better");
    await widget.set("pinned", ["search/search-4", "search/search-8"]);
    await widget.drawn();
    expect(await pinsOf(widget).textContent()).to.include("run the cell again to compare them");
    expect(await widget.sent()).to.deep.equal([]);
  });

  it("has the budget evaluated, and selects what comes of it", async () => {
    const widget = await mounted(sampleFrontier(), { live: true, state: { budget: 0.42 } });
    await widget.page.getByRole("button", { name: "Evaluate at this budget" }).click();
    const [request] = await widget.sent();
    expect(request!["what"]).to.deep.equal({ name: "evaluateBudget", budget: 0.42 });
    await widget.page.getByRole("button", { name: "Cancel" }).click();
    expect((await widget.sent())[1]).to.deep.equal({ type: "cancel", number: request!["number"] });
    await widget.page.getByRole("button", { name: "Evaluate at this budget" }).click();
    const again = (await widget.sent())[2]!;
    const points = sampleColumns({ first: 120, points: 1 });
    await widget.deliver({ type: "append", points, evaluated: 121 });
    const schedule = {
      id: "search/search-120",
      label: "search-120",
      shares: [1, 0.5],
      cost: 0.4,
      divergence: 0.1,
      accuracy: 1,
    };
    await widget.deliver({ type: "reply", number: again["number"], value: { schedule } });
    await widget.drawn();
    expect(await widget.get("selected")).to.equal("search/search-120");
    expect(await detailsOf(widget).textContent()).to.include("search-120");
  });

  it("asks what a configuration keeps where the data do not say", async () => {
    const widget = await mounted(sampleFrontier(), { live: true, state: { selected: "grid/grid-9" } });
    const [request] = await widget.sent();
    expect(request!["what"]).to.deep.equal({ name: "schedule", id: "grid/grid-9" });
    const schedule = {
      id: "grid/grid-9",
      label: "grid-9",
      shares: [1, 0.5, 0.25],
      cost: null,
      divergence: null,
      accuracy: null,
    };
    await widget.deliver({ type: "reply", number: request!["number"], value: { schedule } });
    await widget.drawn();
    expect(
      await widget.page.getByRole("img", { name: /100\s% at the first of 3 layers, 25\s% at the last/ }).count(),
    ).to.equal(1);
  });

  it("changes axes and hides series", async () => {
    const widget = await mounted(sampleFrontier(), { state: { budget: 0.5 } });
    await widget.page.getByRole("combobox", { name: "Metric on the vertical axis" }).selectOption("1");
    await widget.page.getByRole("combobox", { name: "Cost on the horizontal axis" }).selectOption("1");
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await plotOf(widget).getAttribute("aria-label")).to.include("Accuracy, at KV cache, B");
    expect(await plotOf(widget).getByRole("option").first().textContent()).to.match(/ at \d.*MB$/);
    expect(await sliderOf(widget).count()).to.equal(0);
    const groups = widget.page.getByRole("listbox").getByRole("group");
    expect(await groups.count()).to.equal(4);
    const grid = widget.page.getByRole("button", { name: /reference grid/ });
    expect(await grid.textContent()).to.match(/61\sk layer-forwards/);
    await grid.click();
    await widget.drawn();
    expect(await grid.getAttribute("aria-pressed")).to.equal("false");
    expect(await groups.count()).to.equal(3);
  });

  it("gives out pictures, a table, a specification, a configuration and code", async () => {
    const widget = await mounted(sampleFrontier({ points: 400 }), { state: { selected: "search/search-8" } });
    await widget.page.getByRole("button", { name: "Save as …" }).click();
    for (const name of ["SVG", "PNG", "CSV", "Vega-Lite", "JSON"]) {
      const before = (await widget.files()).length;
      await widget.page.getByRole("toolbar", { name: "Save as" }).getByRole("button", { name, exact: true }).click();
      await widget.page.waitForFunction(`espalierPage.files.length > ${before}`);
    }
    const [svg, png, csv, specification, configuration] = await widget.files();
    expect(svg!.name).to.equal("espalier-tiny-on-the-embedded-benchmark.svg");
    expect(svg!.text).to.match(/^<svg /);
    expect(svg!.text).to.include("espalier-tiny on the embedded benchmark");
    const picture = PNG.sync.read(Buffer.from(png!.text, "base64"));
    expect(picture.width).to.be.above(1_000);
    expect(csv!.text.split("\r\n")).to.have.length(402);
    const { spec } = compile(JSON.parse(specification!.text) as TopLevelSpec);
    expect(() => vega.parse(spec)).to.not.throw();
    expect(JSON.parse(configuration!.text)).to.deep.include({ id: "search/search-8", configuration: "search-8" });
    await widget.page.getByRole("button", { name: "Copy code" }).click();
    expect((await widget.copied())[0]).to.include('series === "search" && configuration === "search-8"');
  });

  it("gives out 100,000 points", async () => {
    const widget = await mounted(sampleFrontier({ points: 100_000 }));
    await widget.page.getByRole("button", { name: "Save as …" }).click();
    await widget.page.getByRole("button", { name: "SVG" }).click();
    await widget.page.waitForFunction("espalierPage.files.length > 0");
    const [svg] = await widget.files();
    expect(svg!.text.length).to.be.within(100_000, 2_000_000);
  });

  for (const theme of ["light", "dark", "forced"] as const) {
    it(`has no fault that axe-core finds (${theme})`, async () => {
      const state = { selected: "search/search-8", pinned: ["search/search-4", "grid/grid-9"], budget: 0.4 };
      const widget = await mounted(sampleFrontier({ points: 300 }), { live: true, state }, { theme });
      await widget.deliver({
        type: "status",
        running: "search",
        progress: { label: "search", done: 1, total: 9, left: null },
      });
      await widget.page.getByRole("button", { name: "Save as …" }).click();
      await widget.page.addScriptTag({
        content: await readFile(join(ROOT, "node_modules/axe-core/axe.min.js"), "utf8"),
      });
      const found = (await widget.page.evaluate("axe.run(document)")) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      const faults = found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join(" | ")}`,
      );
      expect(faults).to.deep.equal([]);
    });
  }

  it("fits 320 pixels", async () => {
    const state = { selected: "search/search-8", pinned: ["search/search-4", "grid/grid-9"], budget: 0.4 };
    const widget = await mounted(sampleFrontier(), { state }, { width: 320 });
    expect(await widget.page.evaluate("document.documentElement.scrollWidth")).to.equal(320);
    await widget.page.setViewportSize({ width: 700, height: 900 });
    await widget.drawn();
    expect((await plotOf(widget).boundingBox())!.width).to.be.above(500);
  });

  it("draws text as text, whatever it holds", async () => {
    const attack = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\${window.hacked=1}`;
    const data = sampleFrontier({ points: 60 });
    const label = data.points.label.map((name, i) => (i < 40 ? `${attack} ${name}` : name));
    const series = data.series.map((one) => ({
      ...one,
      label: `${attack} ${one.label}`,
      name: `__proto__${one.name}`,
    }));
    const hostile = {
      ...data,
      title: attack,
      subtitle: attack,
      series,
      points: { ...data.points, label },
      costs: data.costs.map((one) => ({ ...one, label: attack, unit: "datum.x; alert(1)" })),
      constraints: [{ axis: "divergence", value: 0.05, label: attack }],
      $schema: "http://evil.test/schema.json",
      usermeta: { embedOptions: { loader: "http://evil.test" } },
      code: attack,
    };
    const widget = await mounted(hostile, { live: true });
    await widget.page.mouse.click(...(await findPoint(widget)));
    await widget.deliver({ type: "status", running: attack, progress: { label: attack, done: 1, total: 2, left: 1 } });
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await widget.page.evaluate("window.hacked")).to.equal(undefined);
    expect(await widget.page.locator("#widget img, #widget script, #widget a").count()).to.equal(0);
    expect(await widget.page.locator(".espalier-title").textContent()).to.equal(attack);
  });

  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ["nothing", null, /The data should be an object and is null/],
    ["another version", { ...sampleFrontier(), version: 2 }, /version should be 1/],
    ["columns of other lengths", { ...sampleFrontier(), points: { ...sampleColumns(), series: [0] } }, /points.series/],
    [
      "a specification",
      { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" },
      /version should be/,
    ],
  ];
  for (const [name, data, sentence] of broken) {
    it(`says what is wrong with ${name}, and draws nothing by halves`, async () => {
      open = await WidgetPage.open(browser, { widget: "frontier" });
      await open.mount(RENDER, data);
      expect(await open.page.getByRole("note").textContent()).to.match(sentence);
      expect(await open.page.locator("canvas, svg").count()).to.equal(0);
      await open.set("data", sampleFrontier());
      await plotOf(open).waitFor();
      expect(await open.page.getByRole("note").count()).to.equal(0);
      await open.set("data", data);
      expect(await open.page.locator("canvas, svg").count()).to.equal(0);
    });
  }

  it("draws a study that has not evaluated anything yet", async () => {
    const widget = await mounted(sampleFrontier({ points: 0 }), { live: true });
    await plotOf(widget).focus();
    for (const key of ["ArrowRight", "Enter", "p", "+", "Escape"]) await widget.page.keyboard.press(key);
    await widget.deliver({ type: "append", points: sampleColumns({ points: 30 }), evaluated: 30 });
    await widget.page.waitForTimeout(SETTLED_MS);
    expect(await plotOf(widget).getByRole("option").count()).to.be.above(3);
  });

  it("leaves nothing behind", async () => {
    const widget = await WidgetPage.open(browser, { widget: "frontier" });
    open = widget;
    // The browser's driver has listeners of its own from here on.
    await widget.page.waitForFunction("true");
    const before = await widget.leftovers();
    expect(before).to.deep.include({ frames: 0, timers: 0, modelListeners: 0 });
    await widget.mount(RENDER, sampleFrontier({ points: 300 }), { live: true, state: { budget: 0.5 } });
    await widget.page.waitForTimeout(1_500);
    expect((await widget.leftovers()).listeners).to.be.above(before.listeners);
    await widget.unmount();
    await widget.drawn();
    expect(await widget.leftovers()).to.deep.equal(before);
    for (let i = 0; i < 3; i++) {
      await widget.mount(RENDER, sampleFrontier({ points: 300 }), { live: true, state: { budget: 0.5 } });
      await widget.deliver({ type: "append", points: sampleColumns({ first: 300, points: 50 }), evaluated: 350 });
      await widget.page.mouse.move(...(await placeOn(widget, 0.5, 0.5)));
      await widget.unmount();
    }
    await widget.drawn();
    expect(await widget.leftovers()).to.deep.equal(before);
    expect(await widget.page.locator("#widget > *").count()).to.equal(0);
  });
});
