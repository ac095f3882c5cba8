import { expect } from "chai";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";

const CELLS = [
  `import { createStudy, EMBEDDED_DIRECTORY, embeddedData, Processor, show } from "espalier";
const data = await embeddedData(Processor.fromDirectory(EMBEDDED_DIRECTORY), { sizes: { train: 16, validation: 8, test: 8 } });
const study = await createStudy({ model: EMBEDDED_DIRECTORY, data });`,
  "const view = show(study);\nawait study.search({ epochs: 1, scouts: 0 });",
  "view.budget = 0.42;",
  "(await view.selected())?.configuration",
];

describe("labextension in JupyterLab: a budget that has not been searched", function () {
  this.timeout(240_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("budget.ipynb", CELLS);
    notebook = await lab.open("budget.ipynb");
  });
  after(async () => {
    await notebook?.close();
  });

  it("is evaluated with the training that the study has, and selected", async () => {
    for (const cell of [0, 1, 2]) await notebook.run(cell);
    const frontier = notebook.output(1).locator(".espalier").first();
    await frontier.getByRole("button", { name: "Evaluate at this budget" }).click();
    await frontier
      .getByRole("option", { selected: true })
      .filter({ hasText: "search@0.42" })
      .waitFor({ state: "attached" });
    expect(await frontier.locator(".espalier-message").isVisible()).to.equal(false);
    expect(await notebook.run(3)).to.include("search@0.42");
  });
});
