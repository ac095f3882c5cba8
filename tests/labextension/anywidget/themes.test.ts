import { expect } from "chai";
import type { Locator } from "playwright-core";
import { sampleFrontier } from "../page/frontierSample.js";
import { scheduleSample } from "../schedule/scheduleSample.js";
import type { AnywidgetPage, Surroundings } from "./anywidgetPage.js";
import { widgetIn, withPages } from "./pages.js";

/** ipywidgets brings these along, for a light theme whatever the page's is. */
const LABVARIABLES =
  ":root { --jp-ui-font-color1: #111; --jp-ui-font-color2: #222; --jp-layout-color0: #fefefe; --jp-border-color1: #eee; }";

/** As VS Code's webviews have it: variables of the root, kind and class of the body. */
function vscode(kind: string, background: string, foreground: string): Surroundings {
  return {
    css: `${LABVARIABLES} .cell-output-ipywidget-background { background: white !important; }`,
    html: `style="--vscode-editor-background: ${background}; --vscode-editor-foreground: ${foreground}; --vscode-descriptionForeground: ${foreground}; --vscode-contrastBorder: ${foreground}"`,
    body: `class="${kind}" data-vscode-theme-kind="${kind}" data-vscode-theme-id="Any"`,
  };
}

const colab = (theme: string): Surroundings => ({ css: LABVARIABLES, html: `theme="${theme}"` });

const PLACES: Readonly<Record<string, { surroundings: Surroundings; dark: boolean; page?: string; text?: string }>> = {
  "VS Code, dark": {
    surroundings: vscode("vscode-dark", "#1f1f1f", "#cccccc"),
    dark: true,
    page: "rgb(31, 31, 31)",
    text: "rgb(204, 204, 204)",
  },
  "VS Code, light": {
    surroundings: vscode("vscode-light", "#fdf6e3", "#3b3b3b"),
    dark: false,
    page: "rgb(253, 246, 227)",
    text: "rgb(59, 59, 59)",
  },
  "VS Code, high contrast": {
    surroundings: vscode("vscode-high-contrast", "#000000", "#ffffff"),
    dark: true,
    page: "rgb(0, 0, 0)",
    text: "rgb(255, 255, 255)",
  },
  "VS Code, high contrast light": {
    surroundings: vscode("vscode-high-contrast-light", "#ffffff", "#292929"),
    dark: false,
    page: "rgb(255, 255, 255)",
    text: "rgb(41, 41, 41)",
  },
  "VS Code that tells by class alone": {
    surroundings: {
      ...vscode("", "#ffffff", "#292929"),
      body: 'class="vscode-high-contrast-light vscode-high-contrast"',
    },
    dark: false,
  },
  "Colab, dark": { surroundings: colab("dark"), dark: true },
  "Colab, light": { surroundings: colab("light"), dark: false },
  "any page": { surroundings: { css: LABVARIABLES }, dark: false },
};

interface Styles {
  readonly backgroundColor: string;
  readonly color: string;
  readonly colorScheme: string;
  readonly fill: string;
}

function stylesOf(locator: Locator): Promise<Styles> {
  return locator.evaluate((el) => {
    const { getComputedStyle } = globalThis as unknown as { getComputedStyle(el: unknown): Styles };
    const { backgroundColor, color, colorScheme, fill } = getComputedStyle(el);
    return { backgroundColor, color, colorScheme, fill };
  });
}

/** 0 … 1. */
function luminance(colour: string): number {
  const [red, green, blue] = /(\d+), (\d+), (\d+)/
    .exec(colour)!
    .slice(1)
    .map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe("labextension/anywidget, its colours", function () {
  this.timeout(60_000);
  const { created } = withPages();

  async function shown(kind: "frontier" | "schedule", surroundings: Surroundings): Promise<AnywidgetPage> {
    const page = await created(
      kind,
      kind === "frontier" ? sampleFrontier() : scheduleSample({ certificate: true }),
      surroundings,
    );
    await page.addView();
    return page;
  }

  const colours = async (page: AnywidgetPage) => {
    const { backgroundColor, color, colorScheme } = await stylesOf(widgetIn(page));
    return { page: backgroundColor, text: color, scheme: colorScheme };
  };
  /** Of the text in the schedule's drawing, which takes its colours from the script. */
  const drawn = async (page: AnywidgetPage) => (await stylesOf(widgetIn(page).locator("svg text").first())).fill;

  for (const [name, { surroundings, dark, page: background, text }] of Object.entries(PLACES)) {
    it(`are those of the page: ${name}`, async () => {
      for (const kind of ["frontier", "schedule"] as const) {
        const page = await shown(kind, surroundings);
        const found = await colours(page);
        if (background !== undefined) expect(found).to.include({ page: background, text });
        expect(luminance(found.page) < 0.2, `${kind} on ${found.page}`).to.equal(dark);
        expect(contrast(found.text, found.page)).to.be.at.least(7);
        if (kind === "frontier") continue;
        expect(found.scheme).to.equal(dark ? "dark" : "normal");
        expect(contrast(await drawn(page), found.page)).to.be.at.least(4.5);
      }
    });
  }

  it("follow the page's when they change", async () => {
    const { "VS Code, dark": from, "VS Code, light": to } = PLACES;
    const page = await shown("schedule", from!.surroundings);
    const before = await drawn(page);
    await page.page.evaluate(`
      document.documentElement.style.setProperty("--vscode-editor-background", "#fdf6e3");
      document.documentElement.style.setProperty("--vscode-editor-foreground", "#3b3b3b");
      document.body.setAttribute("class", "vscode-light");
      document.body.setAttribute("data-vscode-theme-kind", "vscode-light");
    `);
    await page.page.locator(".espalier-place:not([data-espalier-dark])").waitFor();
    expect(await colours(page)).to.include({ page: to!.page, text: to!.text });
    await expectLater(async () => (await drawn(page)) !== before);
    const other = await shown("schedule", colab("light"));
    await other.page.evaluate(`document.documentElement.setAttribute("theme", "dark")`);
    await other.page.locator(".espalier-place[data-espalier-dark]").waitFor();
    expect(luminance((await colours(other)).page)).to.be.below(0.2);
  });

  it("are JupyterLab's own there", async () => {
    const page = await shown("frontier", {
      css: ":root { --jp-layout-color0: #101010; --jp-ui-font-color1: #eeeeee; }",
      body: 'data-jp-theme-light="false"',
    });
    expect(await colours(page)).to.include({ page: "rgb(16, 16, 16)", text: "rgb(238, 238, 238)" });
  });

  it("have no white of VS Code's behind them", async () => {
    const { "VS Code, dark": place } = PLACES;
    const page = await created("frontier", sampleFrontier(), place!.surroundings);
    await page.page.evaluate(`document.querySelector("main").className = "cell-output-ipywidget-background"`);
    const behind = async () => (await stylesOf(page.page.locator("main"))).backgroundColor;
    expect(await behind()).to.equal("rgb(255, 255, 255)");
    await page.addView();
    expect(await behind()).to.equal("rgba(0, 0, 0, 0)");
  });
});

/** Waits for what a frame may bring. */
async function expectLater(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 100; looks++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It does not come about.");
}
