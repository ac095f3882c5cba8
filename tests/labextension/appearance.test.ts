/**
 * The widgets' look against stored pictures. Made anew with `ESPALIER_UPDATE_SCREENSHOTS=1`; then look at them before you
 * commit.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import pixelmatch from "pixelmatch";
import type { Browser } from "playwright-core";
import { PNG } from "pngjs";
import { launchChromium } from "../browser/launch.js";
import { sampleFrontier } from "./page/frontierSample.js";
import { type PageOptions, WidgetPage } from "./page/widgetPage.js";
import { scheduleSample } from "./schedule/scheduleSample.js";

const FOLDER = fileURLToPath(new URL("../../../tests/golden/labextension/", import.meta.url));
const UPDATE = process.env["ESPALIER_UPDATE_SCREENSHOTS"] === "1";
/** Part of the pixels that may differ: another machine's fonts move letters, a fault moves more. */
const TOLERANCE = 0.05;
/** Of a pixel's colours, as pixelmatch counts it. */
const THRESHOLD = 0.25;

const PLACES: Readonly<Record<string, Partial<PageOptions>>> = {
  light: {},
  dark: { theme: "dark" },
  forced: { theme: "forced" },
  narrow: { width: 340 },
};

describe("the widgets' look", function () {
  this.timeout(60_000);
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const widgets = {
    frontier: { render: "renderFrontier", data: () => sampleFrontier() },
    schedule: { render: "renderSchedule", data: () => scheduleSample({ certificate: true }) },
  } as const;
  for (const [widget, { render, data }] of Object.entries(widgets)) {
    for (const [name, options] of Object.entries(PLACES)) {
      it(`of the ${widget}, ${name}`, async () => {
        const opened = await WidgetPage.open(browser, { widget, height: 1_200, reducedMotion: true, ...options });
        try {
          await opened.mount(render, data());
          await opened.drawn();
          await opened.page.locator(".espalier").first().waitFor();
          await opened.page.waitForFunction("document.fonts.ready.then(() => true)");
          compare(
            `${widget}-${name}`,
            await opened.page.locator(".espalier").first().screenshot({ animations: "disabled" }),
          );
        } finally {
          await opened.close();
        }
      });
    }
  }

  function compare(name: string, picture: Buffer): void {
    const file = join(FOLDER, `${name}.png`);
    if (UPDATE || !existsSync(file)) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, picture);
      if (!UPDATE) throw new Error(`There was no picture to compare with; look at the new one: ${file}`);
      return;
    }
    const [now, stored] = [PNG.sync.read(picture), PNG.sync.read(readFileSync(file))];
    expect(now.width, "width").to.equal(stored.width);
    expect(Math.abs(now.height - stored.height), "height").to.be.at.most(0.05 * stored.height);
    // Lines that are set in another font may be higher: what both have is compared.
    const height = Math.min(now.height, stored.height);
    const pixels = ({ data, width }: PNG) => data.subarray(0, 4 * width * height);
    const differing = pixelmatch(pixels(now), pixels(stored), undefined, now.width, height, { threshold: THRESHOLD });
    expect(differing / (now.width * height), "part of the pixels that differ").to.be.at.most(TOLERANCE);
  }
});
