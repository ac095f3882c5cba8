/**
 * Measures the frontier widget in Chromium: `node dist/tests/labextension/frontier/measure.js`. Prints a table of milliseconds:
 * medians of several runs, Vega loaded and its specification prepared, as from the second frontier of a page on.
 */
import { sampleColumns, sampleFrontier } from "../page/frontierSample.js";
import type { PageApi } from "../page/pageApi.js";
import { launchChromium, WidgetPage } from "../page/widgetPage.js";

const SIZES = [1_000, 10_000, 100_000];
const MOUNTS = 7;
const UPDATES = 20;
const ADDED = 50;

type Page = { espalierPage: PageApi };

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const browser = await launchChromium();
const opened = await WidgetPage.open(browser, { widget: "frontier" });
const { page } = opened;
await opened.mount("renderFrontier", sampleFrontier());
await page.waitForTimeout(1_000);
const rows: Record<string, Record<string, number>> = {};
for (const points of SIZES) {
  const data = sampleFrontier({ points });
  const mounts: { script: number; painted: number }[] = [];
  for (let i = 0; i < MOUNTS; i++) {
    const time = await page.evaluate(
      (given) => (globalThis as unknown as Page).espalierPage.timeMount("renderFrontier", given, { live: true }),
      data,
    );
    mounts.push(time);
    await page.waitForTimeout(400);
  }
  const updates: number[] = [];
  for (let i = 0; i < UPDATES; i++) {
    const first = points + i * ADDED;
    const message = { type: "append", points: sampleColumns({ points: ADDED, first }), evaluated: first + ADDED };
    updates.push(
      await page.evaluate((given) => (globalThis as unknown as Page).espalierPage.timeDeliver(given), message),
    );
    await page.waitForTimeout(60);
  }
  const hovers = await page.evaluate(() =>
    (globalThis as unknown as Page).espalierPage.timePointer(".espalier-plot-focus", 40),
  );
  const stream = Array.from({ length: 100 }, (_, i) => {
    const first = points + (UPDATES + i) * ADDED;
    return { type: "append", points: sampleColumns({ points: ADDED, first }), evaluated: first + ADDED };
  });
  const gaps = await page.evaluate(
    (given) => (globalThis as unknown as Page).espalierPage.streamFrames(given, 50),
    stream,
  );
  const round = (value: number) => Number(value.toFixed(1));
  rows[points.toLocaleString("en")] = {
    "first draw, script": round(median(mounts.map(({ script }) => script))),
    "first draw, painted": round(median(mounts.map(({ painted }) => painted))),
    "update of 50, frame": round(median(updates)),
    "update of 50, worst": round(Math.max(...updates)),
    "hover, frame": round(median(hovers)),
    "frames/s at 50 Hz": round((1_000 * gaps.length) / gaps.reduce((a, b) => a + b, 0)),
  };
}
console.table(rows);
if (opened.errors.length > 0) console.error(opened.errors);
await browser.close();
