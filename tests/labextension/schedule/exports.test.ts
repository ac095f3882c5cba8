import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { PNG } from "pngjs";
import { parseScheduleFile } from "../../../src/schedules/index.js";
import type { SavedFile } from "../page/pageApi.js";
import { dragHandle, type SchedulePage, withPages } from "./page.js";
import { sampleSchedules, scheduleSample } from "./scheduleSample.js";

/** Presses an export's button. @returns the file. */
async function save(page: SchedulePage, button: string): Promise<SavedFile> {
  const before = (await page.files()).length;
  await page.page.getByRole("button", { name: button, exact: true }).click();
  for (let tries = 0; tries < 200; tries++) {
    const file = (await page.files())[before];
    if (file !== undefined) return file;
    await page.page.waitForTimeout(25);
  }
  throw new Error(`${button} gave no file.`);
}

describe("exports of a schedule", () => {
  const open = withPages();

  it("are a schedule file that the project reads", async () => {
    const page = await open();
    await dragHandle(page, 6, 42);
    const { name, text } = await save(page, "Schedule file");
    const file = parseScheduleFile(text, name);
    expect(file.common).to.deep.equal({ shares: await page.get("shares") });
    expect(file.about).to.include({ schedule: "search, budget 50 %", edited: true });
  });

  it("are a table of the edited schedule and of those that are shown", async () => {
    const page = await open();
    await page.page.getByRole("checkbox", { name: "Show VTW, none after layer 6" }).uncheck();
    const { text, type } = await save(page, "CSV");
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(type).to.equal("text/csv");
    expect(
      rows.filter(({ schedule }) => schedule === "search, budget 50 %").map(({ share }) => Number(share)),
    ).to.deep.equal(sampleSchedules(12)[0]!.shares);
    expect(new Set(rows.map(({ schedule }) => schedule)).size).to.equal(2);
    expect(rows.find(({ layer }) => layer === "7")?.["tokens"]).to.equal("59");
  });

  it("are a drawing that needs nothing else, and a picture of it", async () => {
    const page = await open(scheduleSample({ certificate: true }), {}, { theme: "dark" });
    await dragHandle(page, 6, 42);
    const svg = await save(page, "SVG");
    expect(svg.type).to.equal("image/svg+xml");
    expect(svg.text).to.match(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.text).to.not.match(/class=|href|url\(|<style|<script|role="slider"/);
    expect(svg.text).to.include("Bars: search, budget 50 %, edited").and.include("VTW");
    expect(svg.text).to.include("#0072b2").and.not.include("#4ba3e3");
    const parsed = await page.page.evaluate<string>(
      `new DOMParser().parseFromString(${JSON.stringify(svg.text)}, "image/svg+xml").documentElement.localName`,
    );
    expect(parsed).to.equal("svg");
    const png = await save(page, "PNG");
    const { width, height, data } = PNG.sync.read(Buffer.from(png.text, "base64"));
    expect([width, height > 600]).to.deep.equal([1_520, true]);
    expect(new Set(Array.from(data)).size).to.be.greaterThan(50);
  });

  it("are code with the shares in it", async () => {
    const page = await open();
    await dragHandle(page, 6, 42);
    await page.page.getByRole("button", { name: "Copy code" }).click();
    const shares = JSON.stringify(await page.get("shares"));
    expect(await page.copied()).to.deep.equal([`await study.evaluate({ shares: ${shares} });`]);
  });

  it("are no schedule file and no code where there can be none", async () => {
    const page = await open({ ...scheduleSample(), mayRise: true, code: null });
    expect(await page.page.getByRole("button", { name: "Schedule file" }).isDisabled()).to.equal(true);
    expect(await page.page.getByRole("button", { name: "Copy code" }).count()).to.equal(0);
  });
});
