import { expect } from "chai";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { FRONTIER, HEARD, POINTS } from "./cells.js";

describe("labextension in JupyterLab: zoom", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("zoom.ipynb", [POINTS, FRONTIER, HEARD]);
    notebook = await lab.open("zoom.ipynb");
    for (const cell of [0, 1]) await notebook.run(cell);
    await plot().waitFor();
  });
  after(async () => {
    await notebook?.close();
  });

  const plot = () => notebook.output(1).getByRole("listbox");
  const shows = (what: "everything" | "a part") =>
    notebook
      .output(1)
      .getByRole("button", { name: "Show everything", disabled: what === "everything" })
      .waitFor();
  const brushed = async () => Number((await notebook.run(2)).replaceAll("'", "").split(" ").at(-1));

  it("goes into what the pointer brushes, and tells the kernel what is in view", async () => {
    await shows("everything");
    await plot().scrollIntoViewIfNeeded();
    const box = (await plot().boundingBox())!;
    await notebook.page.mouse.move(box.x + 0.1 * box.width, box.y + 0.05 * box.height);
    await notebook.page.mouse.down();
    await notebook.page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height, { steps: 3 });
    await notebook.page.mouse.move(box.x + 0.55 * box.width, box.y + 0.95 * box.height, { steps: 3 });
    await notebook.page.mouse.up();
    await shows("a part");
    expect(await brushed()).to.be.within(2, 10);
    await plot().dblclick({ position: { x: 5, y: 5 } });
    await shows("everything");
  });

  it("goes nearer, along and back with the keys alone, which JupyterLab does not take for its own", async () => {
    await plot().focus();
    for (const key of ["+", "+", "Shift+ArrowRight"]) await notebook.page.keyboard.press(key);
    await shows("a part");
    expect(await brushed()).to.be.within(1, 14);
    await plot().focus();
    await notebook.page.keyboard.press("0");
    await shows("everything");
    await notebook.page.keyboard.press("+");
    await shows("a part");
    await notebook.page.keyboard.press("Escape");
    await shows("everything");
    expect(await notebook.page.locator(".jp-Notebook .jp-CodeCell").count()).to.equal(3);
    expect(notebook.errors).to.deep.equal([]);
  });
});
