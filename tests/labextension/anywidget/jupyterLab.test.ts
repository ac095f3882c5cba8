import { expect } from "chai";
import { FRONTIER_MIME } from "../../../labextension/src/data/index.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const SETUP = `import { createStudy, EMBEDDED_DIRECTORY, embeddedData, Processor, schedule, show } from "espalier";
const data = await embeddedData(Processor.fromDirectory(EMBEDDED_DIRECTORY), { sizes: { train: 16, validation: 8, test: 8 } });
const study = await createStudy({ model: EMBEDDED_DIRECTORY, data });
const frontEnd = "anywidget";`;

const CELLS = [
  SETUP,
  "const view = show(study, { frontEnd });\nawait study.search({ budgets: [0.1, 0.2, 0.3, 0.5, 0.7], epochs: 1, scouts: 0 });",
  '[(await view.selected())?.configuration ?? "nothing", view.budget ?? "no budget"].join(" at ")',
  "const edit = schedule(await study.best({ budget: 0.5 }), { frontier: view, frontEnd });",
  'edit.shares.map((share) => share.toFixed(3)).join(" ")',
  "view.budget = 0.25;\nview.select({ configuration: 'search@0.3' });",
  "view.close();",
];

describe("the anywidget front end in JupyterLab with ipywidgets", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this, "anywidget");
    lab.writeNotebook("anywidget.ipynb", CELLS);
    notebook = await lab.open("anywidget.ipynb");
  });
  after(async () => {
    await notebook?.close();
  });

  // What stands in the page: a view that was made anew leaves its last one outside.
  const widget = (cell: number) => notebook.output(cell).locator(".espalier-place .espalier").first();
  const budget = () => widget(1).getByRole("slider", { name: "Budget" });
  const isSaved = () =>
    lab
      .readNotebook("anywidget.ipynb")
      .cells[1]!.outputs.some(
        ({ data = {} }) =>
          "application/vnd.jupyter.widget-view+json" in data && FRONTIER_MIME in data && "image/png" in data,
      );

  it("draws points while the cell runs", async () => {
    await notebook.run(0);
    await notebook.start(1);
    await widget(1)
      .getByText(/[1-9]\d* configurations?/)
      .waitFor();
    expect(await notebook.cell(1).locator(".jp-InputArea-prompt").textContent()).to.match(/\*/);
    await notebook.ended(1);
    await widget(1).getByText("10 configurations").or(widget(1).getByText("5 configurations")).waitFor();
  });

  it("tells the kernel what is selected and budgeted", async () => {
    const list = widget(1).getByRole("listbox");
    await list.focus();
    await notebook.page.keyboard.press("ArrowRight");
    await notebook.page.keyboard.press("Enter");
    await budget().focus();
    await notebook.page.keyboard.press("Home");
    await notebook.page.keyboard.press("ArrowRight");
    expect(await notebook.run(2)).to.match(/^'?search@0\.\d at 0\.\d+'?$/);
  });

  it("evaluates a schedule whose layer is dragged, and adds it to the linked frontier", async () => {
    await notebook.run(3);
    const before = await notebook.run(4);
    const layer = widget(3).getByRole("slider", { name: "Layer 1", exact: true });
    await layer.scrollIntoViewIfNeeded();
    const handle = (await layer.boundingBox())!;
    const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
    await notebook.page.mouse.move(x, y);
    await notebook.page.mouse.down();
    await notebook.page.mouse.move(x, y + 40, { steps: 5 });
    await notebook.page.mouse.up();
    await widget(3)
      .getByText(/^Evaluated: divergence/)
      .waitFor();
    await widget(1).getByText("schedule", { exact: true }).first().waitFor();
    const after = await notebook.run(4);
    expect(after).not.to.equal(before);
  });

  it("shows what the program sets, also after the page was loaded again", async () => {
    await notebook.save(isSaved);
    await notebook.page.reload();
    await notebook.ready();
    await notebook.run(5);
    await widget(1)
      .getByRole("option", { selected: true })
      .filter({ hasText: "search@0.3" })
      .waitFor({ state: "attached" });
    // The list and the slider are drawn in frames of their own.
    await budget().and(notebook.page.locator('[aria-valuenow^="0.25"]')).waitFor();
    await budget().focus();
    await notebook.page.keyboard.press("Home");
    await budget().and(notebook.page.locator(':not([aria-valuenow^="0.25"])')).waitFor();
    const least = Number(await budget().getAttribute("aria-valuenow"));
    expect(Number(/at ([\d.]+)/.exec(await notebook.run(2))?.[1])).to.be.closeTo(least, 0.001);
  });

  it("stays when the program has closed it", async () => {
    await notebook.run(6);
    await widget(1).getByRole("listbox").waitFor();
    expect(notebook.errors).to.deep.equal([]);
  });
});
