/** What the browser tests of the schedule widget have in common. */
import { expect } from "chai";
import type { Browser, Locator } from "playwright-core";
import type { MountOptions } from "../page/pageApi.js";
import { launchChromium, type PageOptions, WidgetPage } from "../page/widgetPage.js";
import { scheduleSample } from "./scheduleSample.js";

export type SchedulePage = WidgetPage;

/** Registers a browser for a suite. @returns what opens a page with the widget in it; closed after each test. */
export function withPages(): (
  data?: unknown,
  mount?: MountOptions,
  options?: Partial<PageOptions>,
) => Promise<WidgetPage> {
  let browser: Browser;
  const open: WidgetPage[] = [];
  before(async function () {
    this.timeout(60_000);
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    const pages = open.splice(0);
    await Promise.all(pages.map((page) => page.close()));
    // Whatever a test looks at, nothing may be asked of the network, and nothing may go wrong unseen.
    for (const { errors, strays } of pages) expect([errors, strays]).to.deep.equal([[], []]);
  });
  return async (data = scheduleSample(), mount = {}, options = {}) => {
    const page = await WidgetPage.open(browser, { widget: "schedule", ...options });
    open.push(page);
    await page.mount("renderSchedule", data, mount);
    await page.drawn();
    return page;
  };
}

/** A layer's handle. */
export function handleOf({ page }: WidgetPage, layer: number): Locator {
  return page.getByRole("slider", { name: `Layer ${layer}`, exact: true });
}

/** A layer's share in percent, as a screen reader has it. */
export async function shareOf(page: WidgetPage, layer: number): Promise<number> {
  return Number(await handleOf(page, layer).getAttribute("aria-valuenow"));
}

/** Where the pointer takes a handle. */
export async function gripOf(page: WidgetPage, layer: number): Promise<{ x: number; y: number }> {
  const box = await handleOf(page, layer).locator(".espalier-schedule-target").boundingBox();
  if (box === null) throw new Error(`The handle of layer ${layer} is not drawn.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Presses a handle, moves it by pixels, in steps, and lets it go unless told otherwise. */
export async function dragHandle(page: WidgetPage, layer: number, by: number, release = true): Promise<void> {
  const { x, y } = await gripOf(page, layer);
  const { mouse } = page.page;
  await mouse.move(x, y);
  await mouse.down();
  await mouse.move(x, y + by / 2);
  await mouse.move(x, y + by);
  if (release) await mouse.up();
  await page.drawn();
}

export interface SentRequest {
  readonly number: number;
  readonly what: { readonly name: string; readonly [field: string]: unknown };
}

/** Requests to the kernel so far. */
export async function requests(page: WidgetPage): Promise<SentRequest[]> {
  return (await page.sent()).filter(({ type }) => type === "request") as unknown as SentRequest[];
}

/** Waits for the request of a name. */
export async function nextRequest(page: WidgetPage, name: string, after = 0): Promise<SentRequest> {
  for (let tries = 0; tries < 200; tries++) {
    const found = (await requests(page)).filter(({ what }) => what.name === name)[after];
    if (found !== undefined) return found;
    await page.page.waitForTimeout(25);
  }
  throw new Error(`No request ${name} was sent.`);
}
