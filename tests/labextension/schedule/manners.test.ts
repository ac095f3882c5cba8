import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import type { MountOptions } from "../page/pageApi.js";
import type { PageOptions } from "../page/widgetPage.js";
import { dragHandle, nextRequest, type SchedulePage, withPages } from "./page.js";
import { sampleSchedules, scheduleSample } from "./scheduleSample.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds wrong with the widget. */
async function violations({ page }: SchedulePage): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    `axe.run("#widget", { rules: { region: { enabled: false } } }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}

describe("the manners of the schedule widget", () => {
  const open = withPages();

  const cases: readonly (readonly [string, Partial<PageOptions>, MountOptions])[] = [
    ["light", {}, { live: true, state: { budget: 0.4 } }],
    ["dark", { theme: "dark" }, { state: { budget: 0.6 } }],
    ["forced colours", { theme: "forced" }, { live: true }],
    ["narrow", { width: 320 }, {}],
  ];
  for (const [name, options, mount] of cases) {
    it(`have nothing that axe-core minds: ${name}`, async function () {
      this.timeout(60_000);
      const page = await open(scheduleSample({ certificate: true }), mount, options);
      await dragHandle(page, 6, 42);
      if (mount.live === true) await nextRequest(page, "evaluate");
      expect(await violations(page)).to.deep.equal([]);
    });
  }

  it("keep within 320 pixels", async () => {
    const page = await open(scheduleSample({ certificate: true }), {}, { width: 320 });
    expect(await page.page.evaluate("document.documentElement.scrollWidth")).to.equal(320);
    const width = await page.page.locator(".espalier-schedule-chart").getAttribute("width");
    expect(Number(width)).to.be.within(290, 320);
    await page.page.setViewportSize({ width: 700, height: 900 });
    await page.drawn();
    await page.drawn();
    expect(Number(await page.page.locator(".espalier-schedule-chart").getAttribute("width"))).to.be.within(660, 700);
  });

  it("have a table for screen readers that says what the chart shows", async () => {
    const page = await open(scheduleSample({ certificate: true }));
    const table = page.page.getByRole("table", { name: "Visual tokens kept at each layer" });
    const row = table.getByRole("row").nth(8);
    expect(await row.getByRole("rowheader").textContent()).to.equal("7");
    expect(await row.getByRole("cell").allTextContents()).to.deep.equal([
      "41 %",
      "59",
      "50 %",
      "0 %",
      "0.0888",
      "0.111",
    ]);
    await dragHandle(page, 7, 42);
    expect(await table.getByRole("columnheader").nth(1).textContent()).to.equal("search, budget 50 %, edited");
    expect(await row.getByRole("cell").nth(3).textContent()).to.equal("50 %");
  });

  it("announce what happens", async () => {
    const page = await open();
    await dragHandle(page, 6, 42);
    await page.page.keyboard.press("Control+z");
    await page.page.locator("[role=status]", { hasText: "Undone." }).waitFor({ state: "attached" });
  });

  it("turn no spinner where motion is unwelcome", async () => {
    const page = await open(scheduleSample(), { live: true }, { reducedMotion: true });
    await dragHandle(page, 6, 42);
    await nextRequest(page, "evaluate");
    const animation = await page.page.evaluate(
      `getComputedStyle(document.querySelector(".espalier-schedule-evaluation .espalier-schedule-spinner")).animationName`,
    );
    expect(animation).to.equal("none");
  });

  it("follow the theme when it changes", async () => {
    const page = await open();
    const fill = () => page.page.locator(".espalier-schedule-chart rect[fill='#4ba3e3']").count();
    expect(await fill()).to.equal(0);
    await page.page.evaluate(`document.body.setAttribute("data-jp-theme-light", "false")`);
    await page.drawn();
    expect(await fill()).to.be.greaterThan(5);
  });

  it("leave nothing behind", async () => {
    const page = await open(scheduleSample({ certificate: true }), { live: true });
    // The test's own tools listen in the page from when they are first used.
    await dragHandle(page, 6, 42);
    await page.unmount();
    const before = await page.leftovers();
    expect(before).to.include({ frames: 0, timers: 0, modelListeners: 0 });
    await page.mount("renderSchedule", scheduleSample({ certificate: true }), { live: true });
    await dragHandle(page, 6, 42);
    await nextRequest(page, "evaluate");
    await dragHandle(page, 5, 20, false);
    await page.unmount();
    await page.drawn();
    expect(await page.page.locator("#widget").innerHTML()).to.equal("");
    expect(await page.leftovers()).to.deep.equal(before);
  });
});

describe("hostile data of the schedule widget", () => {
  const open = withPages();
  const attack = `<img src=x onerror="globalThis.attacked=1"></svg><script>globalThis.attacked=1</script>javascript:alert(1)`;

  it("stay text, everywhere", async () => {
    const hostile = scheduleSample({ certificate: true });
    Object.assign(hostile, { title: attack, subtitle: attack, code: attack, widget: attack, frontier: attack });
    for (const row of hostile.schedules) row.label = attack;
    for (const picture of hostile.pictures) Object.assign(picture, { id: attack, question: attack });
    hostile.certificate!.verdict = attack;
    const page = await open(hostile, {}, { width: 1000 });
    await dragHandle(page, 6, 42);
    for (const button of ["SVG", "PNG", "CSV", "Schedule file"])
      await page.page.getByRole("button", { name: button, exact: true }).click();
    await page.page.waitForTimeout(300);
    expect(await page.page.evaluate("globalThis.attacked ?? null")).to.equal(null);
    expect(await page.page.locator("#widget script, #widget img[src=x]").count()).to.equal(0);
    const svg = (await page.files()).find(({ name }) => name.endsWith(".svg"))!;
    expect(svg.text).to.not.include("<img").and.not.include("<script");
  });

  const refused: readonly (readonly [string, (data: Record<string, unknown>) => void, RegExp])[] = [
    ["no object", (data) => Object.assign(data, { layers: "many" }), /The field layers should be a number/],
    [
      "shares beyond 1",
      (data) => Object.assign(data, { schedules: [{ ...sampleSchedules(12)[0]!, shares: [1, 2] }] }),
      /schedules\[0\]\.shares\[1\]/,
    ],
    [
      "a picture that is an address",
      (data) => Object.assign((data["pictures"] as object[])[0]!, { image: "https://evil.example/x.png" }),
      /pictures\[0\]\.image should be base64 text/,
    ],
    [
      "a picture that is a drawing with scripts",
      (data) => Object.assign((data["pictures"] as object[])[0]!, { mime: "image/svg+xml" }),
      /pictures\[0\]\.mime should be one of/,
    ],
  ];
  for (const [name, spoil, sentence] of refused) {
    it(`are refused with a sentence: ${name}`, async () => {
      const data: Record<string, unknown> = scheduleSample();
      spoil(data);
      const page = await open(data);
      const notice = page.page.locator(".espalier-notice");
      expect(await notice.textContent())
        .to.match(/This schedule cannot be shown/)
        .and.match(sentence);
      expect(await page.page.getByRole("slider").count()).to.equal(0);
      await page.set("data", scheduleSample());
      await page.drawn();
      expect(await notice.count()).to.equal(0);
      expect(await page.page.getByRole("slider", { name: /^Layer \d/ }).count()).to.equal(12);
    });
  }

  it("of the model are ignored", async () => {
    const page = await open(scheduleSample(), { state: { shares: [1, "x"], budget: "<b>", selected: { id: 1 } } });
    expect(await page.page.getByRole("slider", { name: /^Layer \d/ }).count()).to.equal(12);
    await page.set("shares", { length: 12 });
    await page.drawn();
    expect(
      await page.page.getByRole("slider", { name: "Layer 7", exact: true }).getAttribute("aria-valuenow"),
    ).to.equal("41");
  });
});
