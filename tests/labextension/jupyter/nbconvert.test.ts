import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { inflateSync } from "node:zlib";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { launchBrowser } from "../../browser/chromium.js";
import { type LabServer, startLab } from "../../browser/lab.js";
import { loadScript } from "../../scripts/scripts.js";
import { FRONTIER, POINTS } from "./cells.js";

const CELLS = [POINTS, FRONTIER, "schedule({ shares: [1, 0.75, 0.5, 0.25] });"];

const FIGURES = ".jp-OutputArea-output svg, .jp-OutputArea-output img";

/** What a PDF draws: its content, unpacked. */
function drawnIn(pdf: Buffer): string {
  const streams = pdf.toString("latin1").matchAll(/FlateDecode[^>]*>>\s*stream\r?\n([\s\S]*?)\r?\nendstream/g);
  return [...streams]
    .map(([, packed]) => {
      try {
        return inflateSync(Buffer.from(packed!, "latin1")).toString("latin1");
      } catch {
        // A font or a picture.
        return "";
      }
    })
    .join("\n");
}

describe("labextension/jupyter: notebooks turned into pages by nbconvert", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let page: Page;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("converted.ipynb", CELLS);
    const notebook = await lab.open("converted.ipynb");
    try {
      for (const cell of CELLS.keys()) await notebook.run(cell);
      await notebook.save(() => {
        const outputs = lab.readNotebook("converted.ipynb").cells.flatMap((cell) => cell.outputs);
        return [FRONTIER_MIME, SCHEDULE_MIME].every((mime) =>
          outputs.some(({ data }) => data !== undefined && mime in data && "image/svg+xml" in data),
        );
      });
    } finally {
      await notebook.close();
    }
    const { provideJupyter } = await loadScript<{ provideJupyter(profile: "lab"): Promise<{ python: string }> }>(
      "jupyter.mjs",
    );
    const { python } = await provideJupyter("lab");
    const options = ["-m", "nbconvert", "--to", "html", join(lab.folder, "converted.ipynb")];
    await promisify(execFile)(python, options, { cwd: lab.folder });
    // As a reader has it, who has neither the extension nor a network.
    const window = await (await launchBrowser()).newContext({ offline: true });
    page = await window.newPage();
    await page.goto(pathToFileURL(join(lab.folder, "converted.html")).href, { waitUntil: "domcontentloaded" });
  });
  after(async () => {
    await page?.context().close();
  });

  it("are HTML with a figure for each widget, and no data that only the widgets read", async () => {
    const figures = page.locator(FIGURES);
    expect(await figures.count()).to.equal(2);
    for (const place of [0, 1]) {
      const box = (await figures.nth(place).boundingBox())!;
      expect(box.width).to.be.above(300);
      expect(box.height).to.be.above(100);
    }
    // Pictures of the page itself are decoded where they are whole.
    expect(
      await page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)"),
    ).to.equal(true);
    expect(readFileSync(join(lab.folder, "converted.html"), "utf8")).not.to.include(FRONTIER_MIME);
  });

  it("are PDF with the figures, printed by the browser as nbconvert's webpdf does", async () => {
    const whole = drawnIn(await page.pdf());
    await page.locator(FIGURES).evaluateAll((all: { remove(): void }[]) => {
      for (const figure of all) figure.remove();
    });
    const bare = drawnIn(await page.pdf());
    const lines = (drawn: string) => drawn.match(/ [lc]\n/g)?.length ?? 0;
    expect(lines(whole) - lines(bare)).to.be.above(100);
  });
});
