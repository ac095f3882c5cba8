/** A notebook that JupyterLab or Notebook 7 shows in a window. */
import { setTimeout as pause } from "node:timers/promises";
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Locator, Page } from "playwright-core";

/** The longest that one step in a page may take. */
export const STEP_MS = 60_000;

/** The page's; tests are compiled without the DOM. */
declare class MutationObserver {
  constructor(told: () => void);
  observe(node: unknown, what: { childList: boolean; characterData: boolean; subtree: boolean }): void;
}

/** What is read of the application in the page, JupyterLab's or Notebook 7's; only documents have a context. */
interface JupyterApp {
  readonly commands: { readonly keyBindings: readonly { readonly command: string }[] };
  readonly shell: {
    readonly currentWidget: {
      readonly context?: {
        readonly sessionContext: Pick<ISessionContext, "isReady" | "hasNoKernel" | "kernelDisplayStatus">;
      };
    } | null;
  };
}

/** A notebook in a window. */
export class NotebookPage {
  readonly page: Page;
  /** Errors that nobody caught. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error.stack ?? error.message));
  }

  /** Waits until the notebook is drawn; its kernel may be away or at work. */
  async drawn(): Promise<void> {
    await this.page.locator(".jp-Notebook .jp-Cell").first().waitFor();
  }

  /**
   * Waits until the notebook is drawn and heeds its keys, and the page's own connection has a kernel that waits for work. The
   * look of the page says so too early, and so does the server: a cell that is run before has no kernel, so that JupyterLab
   * starts a second one, or asks for one in a dialog.
   */
  async ready(): Promise<void> {
    await this.drawn();
    await this.page.waitForFunction(() => {
      const { jupyterapp: app } = globalThis as { jupyterapp?: JupyterApp };
      const context = app?.shell.currentWidget?.context?.sessionContext;
      if (app === undefined || context === undefined) return false;
      const heeds = app.commands.keyBindings.some(({ command }) => command === "notebook:run-cell");
      return heeds && context.isReady && !context.hasNoKernel && context.kernelDisplayStatus === "idle";
    });
  }

  /** Saves, and waits until the file is as `isSaved` wants it. */
  async save(isSaved: () => boolean): Promise<void> {
    for (let tries = 0; tries < 20; tries++) {
      await this.page.keyboard.press("Control+s");
      for (let looks = 0; looks < 10; looks++) {
        if (looksSaved(isSaved)) return;
        await pause(100);
      }
    }
    throw new Error("The notebook is not saved.");
  }

  cell(index: number): Locator {
    return this.page.locator(".jp-Notebook .jp-CodeCell").nth(index);
  }

  output(index: number): Locator {
    return this.cell(index).locator(".jp-OutputArea");
  }

  /** Starts a cell, with a single press: another one, of impatience, would run it twice. */
  async start(index: number): Promise<void> {
    const prompt = this.cell(index).locator(".jp-InputArea-prompt");
    await this.cell(index)
      .locator(".jp-InputArea-editor")
      .click()
      .catch(async (error: Error) => {
        const [dialog] = await this.page.locator(".jp-Dialog").allInnerTexts();
        throw dialog === undefined ? error : new Error(`A dialog stands before cell ${index}: ${dialog}`);
      });
    // After a restart a quick cell has its old number again before anyone has seen the star.
    const change = await prompt.evaluateHandle((node, limit) => {
      const happened = new Promise<boolean>((resolve) => {
        new MutationObserver(() => resolve(true)).observe(node, {
          childList: true,
          characterData: true,
          subtree: true,
        });
        setTimeout(() => resolve(false), limit);
      });
      return { happened };
    }, STEP_MS);
    await this.page.keyboard.press("Control+Enter");
    if (!(await change.evaluate(({ happened }) => happened))) throw new Error(`Cell ${index} does not start.`);
  }

  /** Waits for a cell's end. */
  async ended(index: number): Promise<void> {
    const prompt = this.cell(index).locator(".jp-InputArea-prompt", { hasText: /\[\d+\]/ });
    await prompt.waitFor({ timeout: 120_000 });
  }

  /** Runs a cell. @returns the text of its output. */
  async run(index: number): Promise<string> {
    await this.start(index);
    await this.ended(index);
    return this.text(index);
  }

  async text(index: number): Promise<string> {
    const parts = await this.cell(index).locator(".jp-OutputArea-output").allInnerTexts();
    return parts.join("\n").trim();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** A file that is being written is none yet. */
function looksSaved(isSaved: () => boolean): boolean {
  try {
    return isSaved();
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
