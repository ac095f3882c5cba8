import { expect } from "chai";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const CELLS = [
  "const greeting = 'hello';\ngreeting.toUpperCase()",
  "greeting.toU",
  'import { html, input } from "@espalier/kernel";\nhtml`<table><tr><td>in a table</td></tr></table>`',
  'const name = await input("name?");\nname.length',
  "let turns = 0;\nfor (;;) turns++;",
  "turns > 0 && greeting",
  "typeof greeting",
];

describe("the kernel in JupyterLab", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("kernel.ipynb", CELLS);
    notebook = await lab.open("kernel.ipynb");
  });
  after(async () => {
    await notebook?.close();
  });

  it("shows results, and a table as a table", async () => {
    expect(await notebook.run(0)).to.equal("'HELLO'");
    await notebook.run(2);
    await notebook.output(2).getByRole("cell", { name: "in a table" }).waitFor();
  });

  it("completes members with Tab, and shows their documentation with Shift+Tab", async () => {
    const { page } = notebook;
    await notebook.cell(1).locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Tab");
    const completer = page.locator(".jp-Completer");
    await completer.getByText("toUpperCase").first().waitFor();
    await page.keyboard.press("Escape");
    await notebook.cell(0).locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+Tab");
    await page
      .locator(".jp-Tooltip")
      .getByText(/uppercase/i)
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
  });

  it("asks the user and goes on with the answer", async () => {
    await notebook.start(3);
    const box = notebook.output(3).locator("input");
    await box.fill("Ada");
    await box.press("Enter");
    await notebook.ended(3);
    expect(await notebook.text(3)).to.match(/\n3\b/);
  });

  it("stops a loop at the stop button, and keeps the variables", async () => {
    await notebook.start(4);
    await notebook.cell(4).locator(".jp-InputArea-prompt", { hasText: "*" }).waitFor();
    await notebook.page
      .locator(
        '.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"], jp-button[data-command="notebook:interrupt-kernel"]',
      )
      .first()
      .click();
    await notebook.ended(4);
    expect(await notebook.text(4)).to.match(/Interrupt/);
    expect(await notebook.run(5)).to.equal("'hello'");
  });

  it("is restarted with nothing left of what ran", async () => {
    const { page } = notebook;
    await page.locator('[data-command="notebook:restart-kernel"]').first().click();
    await page.locator(".jp-Dialog").getByRole("button", { name: "Confirm Kernel Restart" }).click();
    await notebook.ready();
    expect(await notebook.run(6)).to.match(/undefined|Cannot find name/);
  });
});
