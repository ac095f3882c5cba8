/** A page that stands for anywidget, with the bundle that set-up has made. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { bundleScripts, ROOT } from "../page/bundle.js";
import type { HostApi } from "./hostApi.js";

/** Nothing is served from here: every request is answered by the test. */
const ADDRESS = "http://anywidget.test";
/** As strict as anywidget itself can bear: it imports from a blob and writes a style element. */
const POLICY =
  "default-src 'none'; script-src 'self' blob:; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'";

let scripts: Promise<string> | undefined;

/** Attributes of a page's own elements. */
export interface Surroundings {
  readonly html?: string;
  readonly body?: string;
  /** Rules of the page. */
  readonly css?: string;
}

export class AnywidgetPage {
  readonly page: Page;
  readonly strays: string[] = [];
  readonly errors: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error.message));
  }

  /** @returns a page without a model in it yet; close it. */
  static async open(browser: Browser, surroundings: Surroundings = {}): Promise<AnywidgetPage> {
    scripts ??= bundleScripts("anywidget-host", { host: "./tests/labextension/anywidget/browser/main.ts" });
    const folder = await scripts;
    const context = await browser.newContext({ viewport: { width: 800, height: 1_600 } });
    const page = await context.newPage();
    const opened = new AnywidgetPage(context, page);
    await context.route("**/*", async (route) => {
      const { origin, pathname } = new URL(route.request().url());
      if (origin === ADDRESS && pathname === "/")
        return route.fulfill({
          body: html(surroundings),
          contentType: "text/html",
          headers: { "Content-Security-Policy": POLICY },
        });
      if (origin === ADDRESS && pathname === "/host.js")
        return route.fulfill({ body: await readFile(join(folder, "host.js")), contentType: "text/javascript" });
      opened.strays.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${ADDRESS}/`);
    return opened;
  }

  /** Makes the model. */
  async create(kind: string, data: unknown): Promise<void> {
    const [esm, css] = await Promise.all(
      ["espalier.js", "espalier.css"].map((name) => readFile(join(ROOT, "share", "anywidget", name), "utf8")),
    );
    await this.#call("create", esm, css, { kind, data });
  }

  addView(): Promise<void> {
    return this.#call("addView");
  }

  removeView(view: number): Promise<void> {
    return this.#call("removeView", view);
  }

  dropView(view: number): Promise<void> {
    return this.#call("dropView", view);
  }

  update(state: object): Promise<void> {
    return this.#call("update", state);
  }

  deliver(content: object): Promise<void> {
    return this.#call("deliver", content);
  }

  refuse(): Promise<void> {
    return this.#call("refuse");
  }

  lose(): Promise<void> {
    return this.#call("lose");
  }

  find(): Promise<void> {
    return this.#call("find");
  }

  destroy(): Promise<void> {
    return this.#call("destroy");
  }

  leftovers(): Promise<ReturnType<HostApi["leftovers"]>> {
    return this.#call("leftovers");
  }

  read<K extends "sent" | "violations" | "clicked">(key: K): Promise<HostApi[K]> {
    return this.page.evaluate(
      (name) => (globalThis as unknown as { anywidgetHost: HostApi }).anywidgetHost[name],
      key,
    ) as Promise<HostApi[K]>;
  }

  /** Types of the messages to the kernel. */
  async types(): Promise<unknown[]> {
    return (await this.read("sent")).map(({ type }) => type);
  }

  /** The first message of a type to the kernel that is meant; waits for it. */
  async message(
    type: string,
    isMeant: (message: Readonly<Record<string, unknown>>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    for (let looks = 0; looks < 200; looks++) {
      const found = (await this.read("sent")).find((one) => one["type"] === type && isMeant(one));
      if (found !== undefined) return found;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`No such message of the type ${type} is sent.`);
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  #call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.page.evaluate(
      ([name, given]) =>
        (globalThis as unknown as { anywidgetHost: Record<string, (...args: unknown[]) => T> }).anywidgetHost[name]!(
          ...given,
        ),
      [method, args] as const,
    ) as Promise<T>;
  }
}

function html({ html = "", body = "", css = "" }: Surroundings): string {
  return `<!doctype html>
<html lang="en" ${html}>
  <head>
    <meta charset="utf-8">
    <title>Test page of the anywidget front end</title>
    <link rel="icon" href="data:,">
    <style>${css}</style>
  </head>
  <body ${body}>
    <main></main>
    <script src="/host.js"></script>
  </body>
</html>`;
}
