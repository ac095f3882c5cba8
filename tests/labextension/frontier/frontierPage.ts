/** What the browser tests of the frontier widget have in common. */
import { expect } from "chai";
import type { Browser, Locator } from "playwright-core";
import { sampleFrontier } from "../page/frontierSample.js";
import type { MountOptions } from "../page/pageApi.js";
import { launchChromium, type PageOptions, WidgetPage } from "../page/widgetPage.js";

export const RENDER = "renderFrontier";
/** Until what may come later has come. */
export const SETTLED_MS = 600;

export interface Pages {
  /** A page without a widget in it yet. */
  readonly open: (options?: Partial<PageOptions>) => Promise<WidgetPage>;
  /** A page with the widget, wholly drawn. */
  readonly mounted: (data?: unknown, mount?: MountOptions, options?: Partial<PageOptions>) => Promise<WidgetPage>;
}

/** Registers a browser for a suite; pages are closed after each test. */
export function withPages(): Pages {
  let browser: Browser;
  const all: WidgetPage[] = [];
  before(async function () {
    this.timeout(60_000);
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    const pages = all.splice(0);
    await Promise.all(pages.map((page) => page.close()));
    // Whatever a test looks at, nothing may be asked of the network, and nothing may go wrong unseen.
    for (const { errors, strays } of pages) expect({ errors, strays }).to.deep.equal({ errors: [], strays: [] });
  });
  const open: Pages["open"] = async (options = {}) => {
    const page = await WidgetPage.open(browser, { widget: "frontier", ...options });
    all.push(page);
    return page;
  };
  return {
    open,
    async mounted(data = sampleFrontier(), mount = {}, options = {}) {
      const widget = await open(options);
      await widget.mount(RENDER, data, mount);
      await widget.page.waitForFunction("document.querySelector('.espalier-chart canvas') !== null");
      await widget.page.waitForTimeout(SETTLED_MS);
      return widget;
    },
  };
}

export const plotOf = ({ page }: WidgetPage): Locator =>
  page.getByRole("listbox", { name: /Configurations on the frontier/ });
export const sliderOf = ({ page }: WidgetPage): Locator => page.getByRole("slider", { name: "Budget" });
export const detailsOf = ({ page }: WidgetPage): Locator =>
  page.getByRole("region", { name: "Selected configuration" });
export const pinsOf = ({ page }: WidgetPage): Locator => page.getByRole("region", { name: "Pinned configurations" });

export async function drag(page: WidgetPage["page"], from: readonly [number, number], to: readonly [number, number]) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await page.mouse.move(...to);
  await page.mouse.up();
}

/** A place of the plot, by shares of its width and height. */
export async function placeOn(widget: WidgetPage, across: number, down: number): Promise<[number, number]> {
  const box = (await plotOf(widget).boundingBox())!;
  return [box.x + across * box.width, box.y + down * box.height];
}

/** Moves over the plot until something has a tooltip. @returns where. */
export async function findPoint(widget: WidgetPage): Promise<[number, number]> {
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
