import { expect } from "chai";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const SETUP = `import { createStudy, EMBEDDED_DIRECTORY, embeddedData, Processor, schedule, show } from "espalier";
const data = await embeddedData(Processor.fromDirectory(EMBEDDED_DIRECTORY), { sizes: { train: 16, validation: 8, test: 8 } });
const study = await createStudy({ model: EMBEDDED_DIRECTORY, data });`;

const CELLS = [
  SETUP,
  "const view = show(study);\nawait study.search({ budgets: [0.1, 0.2, 0.3, 0.5, 0.7], epochs: 1, scouts: 0 });",
  '[(await view.selected())?.configuration ?? "nothing", view.budget ?? "no budget"].join(" at ")',
  "const edit = schedule(await study.best({ budget: 0.5 }), { frontier: view });",
  'edit.shares.map((share) => share.toFixed(3)).join(" ")',
  "view.budget = 0.25;\nview.select({ configuration: 'search@0.3' });",
];

describe("labextension in JupyterLab", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("widgets.ipynb", CELLS);
    notebook = await lab.open("widgets.ipynb");
  });
  after(async () => {
    await notebook?.close();
  });

  const isSaved = (cell: number, mime: string) =>
    lab.readNotebook("widgets.ipynb").cells[cell]!.outputs.some(({ data }) => data !== undefined && mime in data);
  const frontier = () => notebook.output(1).locator(".espalier").first();
  const budget = () => frontier().getByRole("slider", { name: "Budget" });

  it("draws points while the cell runs, and goes on after the page was loaded again", async () => {
    await notebook.run(0);
    await notebook.start(1);
    await frontier()
      .getByText(/[1-9]\d* configurations?/)
      .waitFor();
    expect(await notebook.cell(1).locator(".jp-InputArea-prompt").textContent()).to.match(/\*/);
    await notebook.save(() => isSaved(1, FRONTIER_MIME));
    await notebook.page.reload();
    await notebook.drawn();
    await frontier().getByText("10 configurations").or(frontier().getByText("5 configurations")).waitFor();
    expect(notebook.errors).to.deep.equal([]);
  });

  it("tells the kernel what is selected and budgeted with the keyboard alone", async () => {
    const list = frontier().getByRole("listbox");
    await list.focus();
    await notebook.page.keyboard.press("ArrowRight");
    await notebook.page.keyboard.press("Enter");
    await budget().focus();
    await notebook.page.keyboard.press("Home");
    await notebook.page.keyboard.press("ArrowRight");
    const told = await notebook.run(2);
    expect(told).to.match(/^'?search@0\.\d at 0\.\d+'?$/);
  });

  it("tells the kernel what is selected and budgeted with the pointer", async () => {
    const budgetOf = async () => Number(await budget().getAttribute("aria-valuenow"));
    const before = await budgetOf();
    const handle = (await budget().boundingBox())!;
    await notebook.page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await notebook.page.mouse.down();
    await notebook.page.mouse.move(handle.x + 200, handle.y + handle.height / 2, { steps: 5 });
    await notebook.page.mouse.up();
    expect(await budgetOf()).to.be.greaterThan(before + 0.1);
    const told = await notebook.run(2);
    expect(Number(/at ([\d.]+)/.exec(told)?.[1])).to.be.closeTo(
      Number(await budget().getAttribute("aria-valuenow")),
      0.01,
    );
  });

  it("shows what the program sets", async () => {
    await notebook.run(5);
    await frontier()
      .getByRole("option", { selected: true })
      .filter({ hasText: "search@0.3" })
      .waitFor({ state: "attached" });
    expect(Number(await budget().getAttribute("aria-valuenow"))).to.be.closeTo(0.25, 0.001);
  });

  it("evaluates a schedule whose layer is let go, and adds it to the linked frontier", async () => {
    await notebook.run(3);
    const schedule = notebook.output(3).locator(".espalier").first();
    const layer = schedule.getByRole("slider", { name: "Layer 1", exact: true });
    await layer.focus();
    const before = await notebook.run(4);
    await layer.focus();
    for (let i = 0; i < 3; i++) await notebook.page.keyboard.press("PageDown");
    await frontier().getByText("schedule", { exact: true }).first().waitFor();
    const after = await notebook.run(4);
    expect(after).not.to.equal(before);
    const shares = after.replaceAll("'", "").split(" ").map(Number);
    expect(shares.every((share, i) => i === 0 || share <= shares[i - 1]!)).to.equal(true);
    expect(notebook.errors).to.deep.equal([]);
  });

  it("goes on without its kernel, and from a saved notebook alone", async () => {
    await notebook.save(() => isSaved(3, SCHEDULE_MIME));
    const offline = await lab.open("widgets.ipynb", { app: "notebook" });
    try {
      const drawn = offline.output(1).locator(".espalier").first();
      await drawn.getByRole("listbox").waitFor();
      expect(offline.errors.filter((error) => error.includes("espalier"))).to.deep.equal([]);
    } finally {
      await offline.close();
    }
  });
});
