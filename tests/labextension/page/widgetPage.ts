/** A plain page in Chromium with one widget and a mock model. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { bundleWidget, ROOT } from "./bundle.js";
import type { Leftovers, MountOptions, PageApi, SavedFile } from "./pageApi.js";

/** Nothing is served from here: every request is answered by the test. */
const ADDRESS = "http://widget.test";
const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css", html: "text/html" };
/** JupyterLab's background behind an output. */
const PAGES = { light: "#ffffff", dark: "#111111" } as const;

export interface PageOptions {
  /** A folder of `labextension/src`; its style sheet is of the same name. */
  readonly widget: string;
  /** The module with the `render`; the widget's own unless told. */
  readonly entry?: string;
  readonly theme?: "light" | "dark" | "forced";
  /** Of the window in pixels; 800 unless told. */
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** Pixels of the screen for one of the page; 1 unless told. */
  readonly scale?: number;
}

export { launchChromium } from "../../browser/launch.js";

export class WidgetPage {
  readonly page: Page;
  /** Addresses that the widget asked for beside its own scripts; there are none if all is well. */
  readonly strays: readonly string[];
  /** Errors that nobody caught. */
  readonly errors: readonly string[];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, strays: readonly string[], errors: readonly string[]) {
    this.#context = context;
    this.page = page;
    this.strays = strays;
    this.errors = errors;
  }

  /** @returns a page without a widget in it yet; close it. */
  static async open(browser: Browser, options: PageOptions): Promise<WidgetPage> {
    const { widget, theme = "light", width = 800, height = 900, reducedMotion = false, scale = 1 } = options;
    const folder = await bundleWidget(options.entry ?? `labextension/src/${widget}/index.ts`);
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: theme === "dark" ? "dark" : "light",
      forcedColors: theme === "forced" ? "active" : "none",
      reducedMotion: reducedMotion ? "reduce" : "no-preference",
    });
    const page = await context.newPage();
    const [strays, errors]: [string[], string[]] = [[], []];
    page.on("pageerror", (error) => errors.push(error.message));
    await context.route("**/*", async (route) => {
      const { origin, pathname } = new URL(route.request().url());
      const name = pathname.slice(1);
      const file = name.endsWith(".css") ? join(ROOT, "labextension/style", name) : join(folder, name);
      const body =
        origin !== ADDRESS ? null : name === "" ? html(widget, theme) : await readFile(file).catch(() => null);
      if (body === null) {
        strays.push(route.request().url());
        return route.abort();
      }
      return route.fulfill({ body, contentType: TYPES[name.split(".").at(-1) ?? ""] ?? "text/html" });
    });
    await page.goto(`${ADDRESS}/`);
    return new WidgetPage(context, page, strays, errors);
  }

  /** @param render name of the widget's export. */
  async mount(render: string, data: unknown, options: MountOptions = {}): Promise<void> {
    await this.page.evaluate(
      ([name, given, rest]) =>
        (globalThis as unknown as { espalierPage: PageApi }).espalierPage.mountWidget(name, given, rest),
      [render, data, options] as const,
    );
  }

  unmount(): Promise<void> {
    return this.page.evaluate(() => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.unmount());
  }

  /** A value of the model. */
  get(key: string): Promise<unknown> {
    return this.page.evaluate(
      (name) => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.get(name),
      key,
    );
  }

  set(key: string, value: unknown): Promise<void> {
    return this.page.evaluate(
      ([name, given]) => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.set(name, given),
      [key, value] as const,
    );
  }

  /** A message from the kernel. */
  deliver(content: unknown): Promise<void> {
    return this.page.evaluate(
      (given) => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.deliver(given),
      content,
    );
  }

  /** Messages to the kernel. */
  sent(): Promise<Record<string, unknown>[]> {
    return this.page.evaluate(
      () => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.sent as Record<string, unknown>[],
    );
  }

  saves(): Promise<number> {
    return this.page.evaluate(() => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.saves());
  }

  files(): Promise<SavedFile[]> {
    return this.page.evaluate(() => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.files);
  }

  copied(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.copied);
  }

  leftovers(): Promise<Leftovers> {
    return this.page.evaluate(() => (globalThis as unknown as { espalierPage: PageApi }).espalierPage.leftovers());
  }

  /** Waits until what was asked for has been drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))))",
    );
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

function html(widget: string, theme: "light" | "dark" | "forced"): string {
  const mode = theme === "dark" ? "dark" : "light";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Test page of the ${widget} widget</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/core.css">
    <link rel="stylesheet" href="/${widget}.css">
    <style>
      body { margin: 0; background: ${PAGES[mode]}; ${mode === "dark" ? "--jp-layout-color0: #111111; --jp-layout-color1: #212121;" : ""} }
    </style>
  </head>
  <body data-jp-theme-light="${mode === "light"}">
    <header style="position: absolute; clip-path: inset(50%)"><h1>Test page</h1></header>
    <main id="widget"></main>
    <script src="/page.js"></script>
    <script src="/widget.js"></script>
  </body>
</html>`;
}
