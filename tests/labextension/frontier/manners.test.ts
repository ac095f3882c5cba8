import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { ROOT } from "../page/bundle.js";
import { sampleColumns, sampleFrontier } from "../page/frontierSample.js";
import { findPoint, placeOn, plotOf, RENDER, SETTLED_MS, withPages } from "./frontierPage.js";

describe("labextension/frontier widget: manners", function () {
  this.timeout(120_000);
  const { mounted, open } = withPages();

  it("does not play where motion is unwelcome", async () => {
    const widget = await mounted(sampleFrontier(), {}, { reducedMotion: true });
    expect(await widget.page.getByRole("button", { name: "Play the evaluations" }).count()).to.equal(0);
    expect(await widget.page.getByRole("slider", { name: "Evaluations shown" }).count()).to.equal(1);
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
      const widget = await open();
      await widget.mount(RENDER, data);
      expect(await widget.page.getByRole("note").textContent()).to.match(sentence);
      expect(await widget.page.locator("canvas, svg").count()).to.equal(0);
      await widget.set("data", sampleFrontier());
      await plotOf(widget).waitFor();
      expect(await widget.page.getByRole("note").count()).to.equal(0);
      await widget.set("data", data);
      expect(await widget.page.locator("canvas, svg").count()).to.equal(0);
    });
  }

  it("leaves nothing behind", async () => {
    const widget = await open();
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
