import { expect } from "chai";
import type { Locator } from "playwright-core";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const CELLS = [
  "function double(value: number): number {\n  const result = value * 2;\n  return result;\n}\nconst four = double(2);\nconst five = four + 1;\nfive",
  "const total = four + five;\ntotal",
];

describe("JupyterLab's debugger panel on the kernel", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  let sidebar: Locator;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("debugged.ipynb", CELLS);
    notebook = await lab.open("debugged.ipynb");
    notebook.page.setDefaultTimeout(20_000);
    sidebar = notebook.page.locator(".jp-DebuggerSidebar");
  });
  after(async () => {
    await notebook?.close();
  });

  const line = (cell: number, number: number) =>
    notebook
      .cell(cell)
      .locator(".cm-line")
      .nth(number - 1);
  /** Clicks beside a line, in the gutter of the breakpoints. */
  async function breakAt(cell: number, number: number): Promise<void> {
    const box = (await line(cell, number).boundingBox())!;
    const gutter = (await notebook.cell(cell).locator(".cm-gutter.cm-breakpoint-gutter").boundingBox())!;
    await notebook.page.mouse.click(gutter.x + gutter.width / 2, box.y + box.height / 2);
  }
  const press = (command: string) => sidebar.locator(`[data-command="debugger:${command}"]`).first().click();
  /** Waits until the panel shows a variable with a value. */
  const shows = (variable: RegExp) =>
    sidebar.locator(".jp-DebuggerVariables-body", { hasText: variable }).first().waitFor({ state: "attached" });
  /** The line at which the panel says that the kernel stands. */
  const stoppedAt = (name: string, number: number | string) =>
    sidebar.locator(".jp-DebuggerCallstackFrame.selected", { hasText: new RegExp(`^${name}.*:${number}$`) }).waitFor();

  /** The button does nothing before the kernel has said that it has a debugger. */
  async function turnOn(): Promise<void> {
    const { page } = notebook;
    const button = page.locator(".jp-DebuggerBugButton").first();
    const gutter = notebook.cell(0).locator(".cm-gutter.cm-breakpoint-gutter");
    for (let tries = 0; tries < 10; tries++) {
      await button.click();
      if (
        await gutter.waitFor({ state: "attached", timeout: 3_000 }).then(
          () => true,
          () => false,
        )
      )
        break;
    }
    if (!(await sidebar.isVisible())) await page.locator('.jp-SideBar [data-id="jp-debugger-sidebar"]').click();
    await sidebar.waitFor();
  }

  it("stops at a breakpoint that was set by a click, and shows the call stack and the variables", async () => {
    await turnOn();
    await breakAt(0, 2);
    await sidebar.locator(".jp-DebuggerBreakpoint").first().waitFor();
    await notebook.start(0);
    await stoppedAt("double", 2);
    await sidebar.locator(".jp-DebuggerCallstackFrame", { hasText: /^Cell In\[\d+\].*:5$/ }).waitFor();
    await shows(/value\s*2/);
  });

  it("steps over a line and out of the function, and goes on to the cell's end", async () => {
    await press("next");
    await stoppedAt("double", 3);
    await shows(/result\s*4/);
    await press("stepOut");
    await stoppedAt("Cell In\\[\\d+\\]", "[56]");
    await press("continue");
    await notebook.ended(0);
    expect(await notebook.text(0)).to.equal("5");
  });

  it("shows the notebook's variables while nothing runs", async () => {
    await shows(/four\s*4/);
  });

  it("works again after the kernel was restarted", async () => {
    const { page } = notebook;
    await page.locator('[data-command="notebook:restart-kernel"]').first().click();
    await page.locator(".jp-Dialog").getByRole("button", { name: "Confirm Kernel Restart" }).click();
    await notebook.ready();
    // JupyterLab hands its breakpoints to the new kernel some time after that.
    for (let tries = 0; ; tries++) {
      await notebook.start(0);
      const stopped = stoppedAt("double", 2).then(() => true);
      const ended = notebook.ended(0).then(() => false);
      ended.catch(() => {});
      if (await Promise.race([stopped, ended])) break;
      stopped.catch(() => {});
      expect(tries, "runs without a stop").to.be.lessThan(5);
    }
    await press("continue");
    await notebook.ended(0);
    expect(await notebook.text(0)).to.equal("5");
    expect(notebook.errors).to.deep.equal([]);
  });
});
