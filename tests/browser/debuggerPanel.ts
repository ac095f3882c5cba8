/** JupyterLab's debugger on a notebook: its button, its breakpoints beside the lines, and its panel. */
import type { Locator } from "playwright-core";
import { debugTrafficSettled, forgetDebugTraffic, watchDebugTraffic } from "./debugTraffic.js";
import type { LabServer, NotebookPage } from "./lab.js";

export class DebuggerPanel {
  readonly notebook: NotebookPage;
  readonly #sidebar: Locator;

  private constructor(notebook: NotebookPage) {
    this.notebook = notebook;
    this.#sidebar = notebook.page.locator(".jp-DebuggerSidebar");
  }

  /** Opens a notebook and turns its debugger on. To be closed by its notebook. */
  static async open(lab: LabServer, name: string): Promise<DebuggerPanel> {
    const notebook = await lab.open(name, { prepare: watchDebugTraffic });
    const panel = new DebuggerPanel(notebook);
    await panel.#turnOn();
    return panel;
  }

  /** Clicks beside a line, from 1, and waits until its breakpoint has come or gone. */
  async toggleBreakpoint(cell: number, line: number): Promise<void> {
    const { page } = this.notebook;
    const gutter = this.#gutter(cell);
    const text = (await this.notebook
      .cell(cell)
      .locator(".cm-line")
      .nth(line - 1)
      .boundingBox())!;
    const beside = (await gutter.boundingBox())!;
    await forgetDebugTraffic(page);
    await page.mouse.click(beside.x + beside.width / 2, text.y + text.height / 2);
    await debugTrafficSettled(page, "setBreakpoints");
  }

  /** Texts of the list of breakpoints: where, and the line. */
  async breakpoints(): Promise<string[]> {
    const texts = await this.#sidebar.locator(".jp-DebuggerBreakpoint").allInnerTexts();
    return texts.map(oneLine);
  }

  /** Ends debugging where the code stands; JupyterLab begins anew at once, with the same breakpoints. */
  async terminate(): Promise<void> {
    await forgetDebugTraffic(this.notebook.page);
    await this.press("terminate");
    await debugTrafficSettled(this.notebook.page, "setBreakpoints");
  }

  /** Presses a button of the call stack: `continue`, `next`, `stepIn`, `stepOut`. */
  async press(command: string): Promise<void> {
    const button = this.#sidebar.locator(
      `[data-command="debugger:${command}"]:not([disabled], [aria-disabled="true"])`,
    );
    await button.first().click();
  }

  /**
   * Waits until the panel shows that the code stands at a line.
   *
   * @param name of the innermost frame, and where it is, as in `doubleCell [1]:2`.
   */
  async stoppedAt(name: RegExp): Promise<void> {
    await this.#sidebar.locator(".jp-DebuggerCallstackFrame.selected", { hasText: name }).waitFor();
  }

  /** Texts of the call stack: name and place, the innermost first. */
  async callStack(): Promise<string[]> {
    const names = await this.#sidebar.locator(".jp-DebuggerCallstackFrame-name").allTextContents();
    const places = await this.#sidebar.locator(".jp-DebuggerCallstackFrame-location").allTextContents();
    return names.map((name, i) => `${name} ${places[i]}`);
  }

  /** Waits until a variable is shown. @param text its name and value. */
  async shows(text: RegExp): Promise<void> {
    const body = this.#sidebar.locator(".jp-DebuggerVariables-body", { hasText: text });
    await body.first().waitFor({ state: "attached" });
  }

  /** The entry of the list of sources that has this name. */
  source(name: string): Locator {
    return this.#sidebar.locator(".jp-DebuggerKernelSource-source", { hasText: name });
  }

  /** Turns the stop at exceptions that nobody catches on, or off. */
  async togglePauseOnUncaught(): Promise<void> {
    const { page } = this.notebook;
    await forgetDebugTraffic(page);
    await this.#sidebar.locator(".jp-PauseOnExceptions").first().click();
    await page.locator(".jp-PauseOnExceptions-menu .lm-Menu-item", { hasText: "uncaught" }).click();
    await debugTrafficSettled(page, "setExceptionBreakpoints");
  }

  /** Restarts the kernel, and waits until JupyterLab has handed its breakpoints to the new one. */
  async restart(): Promise<void> {
    const { page } = this.notebook;
    await forgetDebugTraffic(page);
    await page.locator('[data-command="notebook:restart-kernel"]').first().click();
    await page.locator(".jp-Dialog").getByRole("button", { name: "Confirm Kernel Restart" }).click();
    await debugTrafficSettled(page, "setBreakpoints");
    await this.notebook.ready();
  }

  async #turnOn(): Promise<void> {
    const { page } = this.notebook;
    // Before it has asked what the kernel's debugger is like, the button would be taken back.
    await debugTrafficSettled(page, "debugInfo");
    await page.locator(".jp-DebuggerBugButton").first().click();
    await this.#gutter(0).waitFor({ state: "attached" });
    await debugTrafficSettled(page, "attach");
    if (!(await this.#sidebar.isVisible())) await page.locator('.jp-SideBar [data-id="jp-debugger-sidebar"]').click();
    await this.#sidebar.waitFor();
  }

  #gutter(cell: number): Locator {
    return this.notebook.cell(cell).locator(".cm-gutter.cm-breakpoint-gutter");
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
