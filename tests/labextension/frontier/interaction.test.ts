import { expect } from "chai";
import { PNG } from "pngjs";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { sampleFrontier } from "../page/frontierSample.js";
import { detailsOf, drag, findPoint, placeOn, plotOf, SETTLED_MS, sliderOf, withPages } from "./frontierPage.js";

describe("labextension/frontier widget: what the user does", function () {
  this.timeout(120_000);
  const { mounted } = withPages();

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

  it("draws a benchmark's accuracy when it is chosen, and lists it only then", async () => {
    const data = sampleFrontier();
    const accuracy = data.metrics[1]!;
    const tasks = ["count", "chart"];
    const metrics = [
      ...data.metrics,
      ...tasks.map((task) => ({ ...accuracy, key: `accuracy:${task}`, label: `Accuracy: ${task}` })),
    ];
    const value = data.points.metrics.accuracy.value.map((share) => share / 2);
    const columns = Object.fromEntries(tasks.map((task) => [`accuracy:${task}`, { value }]));
    const points = { ...data.points, metrics: { ...data.points.metrics, ...columns } };
    const widget = await mounted({ ...data, metrics, points }, { state: { selected: "search/search-8" } });
    expect(await detailsOf(widget).textContent())
      .to.include("Accuracy")
      .and.not.include("Accuracy: ");
    await widget.page.getByLabel("Metric on the vertical axis").selectOption({ label: "↑ Accuracy: chart" });
    await widget.drawn();
    expect(await detailsOf(widget).textContent())
      .to.include("Accuracy: chart")
      .and.not.include("Accuracy: count");
    expect(await plotOf(widget).getAttribute("aria-label")).to.include("Accuracy: chart");
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
});
