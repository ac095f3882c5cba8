import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { sampleFrontier } from "../page/frontierSample.js";
import { scheduleSample } from "../schedule/scheduleSample.js";

describe("labextension in JupyterLab: a notebook that is looked at without a kernel", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    const shown = (mime: string, data: object) => [
      { output_type: "display_data", data: { [mime]: data, "text/plain": "text" }, metadata: {} },
    ];
    const frontier = { ...sampleFrontier(), budget: 0.4 };
    lab.writeNotebook("first.ipynb", ["1"]);
    lab.writeNotebook("looked.ipynb", ["show(study)", "schedule(best)"], {
      0: shown(FRONTIER_MIME, frontier),
      1: shown(SCHEDULE_MIME, scheduleSample()),
    });
    notebook = await lab.open("first.ipynb");
    const { page } = notebook;
    await page.goto(page.url().replace("/doc/tree/", "/lab/tree/"));
    await notebook.ready();
    const item = page.locator(".jp-DirListing-item", { hasText: "looked.ipynb" });
    if (!(await item.isVisible())) await page.locator(".lm-TabBar-tab[data-id=filebrowser]").click();
    await item.click({ button: "right" });
    await page.locator(".lm-Menu-itemLabel", { hasText: /^Open With$/ }).hover();
    await page.locator(".lm-Menu-itemLabel", { hasText: /^Notebook \(no kernel\)$/ }).click();
    await frontierOf().getByRole("listbox").waitFor();
  });
  after(async () => {
    await notebook?.close();
  });

  const shown = () => notebook.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook");
  const frontierOf = () => shown().locator(".jp-CodeCell").nth(0).locator(".espalier").first();
  const scheduleOf = () => shown().locator(".jp-CodeCell").nth(1).locator(".espalier").first();

  it("draws, and offers nothing that only a kernel can do", async () => {
    await notebook.page.locator(".jp-Toolbar-kernelName", { hasText: "No Kernel" }).first().waitFor();
    await frontierOf().locator(".espalier-chart canvas").waitFor();
    const evaluate = frontierOf().getByRole("button", { name: "Evaluate at this budget" });
    expect(await evaluate.getAttribute("aria-disabled")).to.equal("true");
    expect(await evaluate.getAttribute("title")).to.match(/No kernel/);
    await scheduleOf().getByRole("slider", { name: "Layer 1", exact: true }).waitFor();
    expect(await scheduleOf().getByRole("checkbox", { name: "when a handle is let go" }).isDisabled()).to.equal(true);
  });

  it("hovers and selects", async () => {
    const plot = frontierOf().getByRole("listbox");
    await plot.focus();
    await notebook.page.keyboard.press("ArrowRight");
    await notebook.page.keyboard.press("Enter");
    await frontierOf()
      .getByRole("region", { name: "Selected configuration" })
      .getByText(/search-\d+/)
      .first()
      .waitFor();
    const box = (await plot.boundingBox())!;
    const tooltip = frontierOf().locator(".espalier-tooltip");
    let isHovered = false;
    for (let down = 0.2; down < 0.95 && !isHovered; down += 0.05) {
      for (let across = 0.1; across < 0.9 && !isHovered; across += 0.05) {
        await notebook.page.mouse.move(box.x + across * box.width, box.y + down * box.height);
        isHovered = await tooltip.isVisible();
      }
    }
    expect(isHovered).to.equal(true);
  });

  it("exports", async () => {
    await frontierOf().getByRole("button", { name: "Save as …" }).click();
    const downloading = notebook.page.waitForEvent("download");
    await frontierOf().getByRole("button", { name: "SVG", exact: true }).click();
    const file = await (await downloading).path();
    expect(await readFile(file, "utf8")).to.match(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(notebook.errors).to.deep.equal([]);
  });
});
