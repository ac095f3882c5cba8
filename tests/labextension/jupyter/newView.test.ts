import { expect } from "chai";
import type { Locator } from "playwright-core";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { FRONTIER, HEARD, POINTS } from "./cells.js";

describe("labextension in JupyterLab: a new view for an output", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("views.ipynb", [POINTS, FRONTIER, HEARD]);
    notebook = await lab.open("views.ipynb");
    const { page } = notebook;
    // A single document has no room for a view beside it.
    await page.goto(page.url().replace("/doc/tree/", "/lab/tree/"));
    await notebook.ready();
    for (const cell of [0, 1]) await notebook.run(cell);
    await plotIn(first()).waitFor();
    await first().locator(".espalier-title, .espalier-head").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Create New View for Cell Output" }).click();
    await plotIn(second()).waitFor();
  });
  after(async () => {
    await notebook?.close();
  });

  const first = () => notebook.output(1).locator(".espalier").first();
  const second = () => notebook.page.locator(".jp-LinkedOutputView .espalier").first();
  const plotIn = (view: Locator) => view.getByRole("listbox");
  const budgetIn = (view: Locator) => view.getByRole("slider", { name: "Budget" });
  const selectedIn = (view: Locator) => plotIn(view).getByRole("option", { selected: true });

  it("is in step with the first, both ways, and with the kernel", async () => {
    await plotIn(second()).focus();
    await notebook.page.keyboard.press("ArrowRight");
    await notebook.page.keyboard.press("Enter");
    await selectedIn(first()).waitFor({ state: "attached" });
    expect(await selectedIn(first()).textContent()).to.equal(await selectedIn(second()).textContent());
    await budgetIn(first()).focus();
    await notebook.page.keyboard.press("Home");
    await notebook.page.keyboard.press("PageUp");
    await notebook.page.waitForTimeout(200);
    const budget = Number(await budgetIn(first()).getAttribute("aria-valuenow"));
    expect(Number(await budgetIn(second()).getAttribute("aria-valuenow"))).to.be.closeTo(budget, 1e-6);
    const [name, told] = (await notebook.run(2)).replaceAll("'", "").split(" ");
    expect(await selectedIn(first()).textContent()).to.include(name);
    expect(Number(told)).to.be.closeTo(budget, 1e-6);
  });

  it("is closed without the other, which goes on", async () => {
    await notebook.page
      .locator(".lm-DockPanel-tabBar .lm-TabBar-tab", { hasText: /^Output View/ })
      .locator(".lm-TabBar-tabCloseIcon")
      .click();
    await second().waitFor({ state: "detached" });
    await plotIn(first()).focus();
    for (const key of ["ArrowRight", "ArrowRight", "Enter"]) await notebook.page.keyboard.press(key);
    const [name] = (await notebook.run(2)).replaceAll("'", "").split(" ");
    await selectedIn(first()).filter({ hasText: name! }).waitFor({ state: "attached" });
    expect(name).not.to.equal("nothing");
    expect(notebook.errors).to.deep.equal([]);
  });
});
