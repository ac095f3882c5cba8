/** What the tests of the anywidget front end have in common. */
import { expect } from "chai";
import type { Browser, Locator } from "playwright-core";
import { launchChromium } from "../../browser/launch.js";
import { AnywidgetPage, type Surroundings } from "./anywidgetPage.js";

export interface Pages {
  /** A page with a model in it, and no view yet. */
  created(kind: "frontier" | "schedule", data: unknown, surroundings?: Surroundings): Promise<AnywidgetPage>;
}

/** Registers a browser for a suite; pages are closed after each test. */
export function withPages(): Pages {
  let browser: Browser;
  const pages: AnywidgetPage[] = [];
  before(async function () {
    this.timeout(60_000);
    browser = await launchChromium();
  });
  after(() => browser.close());
  afterEach(async () => {
    for (const page of pages.splice(0)) {
      // Whatever a test looks at: nothing is asked of the network or refused by the policy, and nothing goes wrong unseen.
      const violations = await page.read("violations");
      await page.close();
      expect([page.errors, page.strays, violations]).to.deep.equal([[], [], []]);
    }
  });
  return {
    async created(kind, data, surroundings = {}) {
      const page = await AnywidgetPage.open(browser, surroundings);
      pages.push(page);
      await page.create(kind, data);
      return page;
    },
  };
}

/** The widget of a view. */
export const widgetIn = ({ page }: AnywidgetPage, view = 0): Locator =>
  page.locator("main > div").nth(view).locator(".espalier");

/** The frontier's plot. */
export const plotIn = (page: AnywidgetPage, view = 0): Locator => widgetIn(page, view).getByRole("listbox");

/** What a kernel answers a greeting with. */
export const told = (data: object, state: object = {}) => ({
  type: "state",
  data,
  state: { selected: null, budget: null, pinned: [], brushed: [], ...state },
  running: null,
});

/** Selects the next configuration on the frontier with the keyboard. */
export async function selectNext(page: AnywidgetPage): Promise<void> {
  await widgetIn(page).locator(".espalier-chart canvas").waitFor();
  await plotIn(page).focus();
  await page.page.keyboard.press("ArrowRight");
  await page.page.keyboard.press("Enter");
}
