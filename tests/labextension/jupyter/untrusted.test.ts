import { expect } from "chai";
import type { Locator, Request } from "playwright-core";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { hostileFrontiers, hostileSchedules, plainFrontier } from "./hostile.js";

describe("labextension on data that nobody vouches for", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  const strays: string[] = [];
  const frontiers = hostileFrontiers();
  const schedules = hostileSchedules();
  const outputs = [
    { [FRONTIER_MIME]: plainFrontier() },
    ...frontiers.map((data) => ({ [FRONTIER_MIME]: data })),
    ...schedules.map((data) => ({ [SCHEDULE_MIME]: data })),
  ];

  const note = (request: Request): void => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && hostname !== "127.0.0.1") strays.push(request.url());
  };
  /** Waits for a drawing or a sentence. */
  async function isAnswered(output: Locator): Promise<void> {
    await output.scrollIntoViewIfNeeded();
    const answers = ".espalier-notice, .espalier [role=listbox], .espalier [role=slider]";
    await output.locator(answers).first().waitFor({ state: "attached" });
  }
  async function demandNothingHappened(): Promise<void> {
    const { page } = notebook;
    expect(await page.evaluate("globalThis.hacked")).to.equal(undefined);
    for (const bad of ["script", "iframe", "object", "[onerror]", "[onload]"])
      expect(await page.locator(`.jp-OutputArea ${bad}`).count(), bad).to.equal(0);
    expect(strays).to.deep.equal([]);
    expect(notebook.errors).to.deep.equal([]);
  }

  before(async function () {
    lab = await startLab(this);
    const cells = outputs.map((_, i) => `${i}`);
    const saved = outputs.map((data, i) => [
      i,
      [{ output_type: "display_data", data: { ...data, "text/plain": "text" }, metadata: {} }],
    ]);
    lab.writeNotebook("hostile.ipynb", cells, Object.fromEntries(saved));
    notebook = await lab.open("hostile.ipynb");
    notebook.page.on("request", note);
  });
  after(async () => {
    await notebook?.close();
  });

  it("is not trusted, and drawn all the same", async () => {
    const drawn = notebook.output(0).locator(".espalier");
    await drawn.getByRole("listbox").waitFor();
    expect(
      await notebook.page.evaluate(
        "document.querySelector('.jp-StatusBar-TextItem, .jp-NotebookTrustedStatus') !== null",
      ),
    ).to.equal(true);
  });

  it("becomes a sentence, or text, and nothing is executed or fetched", async () => {
    for (let i = 1; i < outputs.length; i++) await isAnswered(notebook.output(i));
    await demandNothingHappened();
  });

  it("nor where the notebook is trusted, because it shows the same itself", async () => {
    // A longer text than that would be the notebook's own fault.
    const short = outputs.slice(1).filter((data) => JSON.stringify(data).length < 10_000);
    // JupyterLab shows the first fifty outputs of a cell.
    const groups = Array.from({ length: Math.ceil(short.length / 40) }, (_, i) => short.slice(40 * i, 40 * (i + 1)));
    const cells = groups.map((group) => `for (const data of ${JSON.stringify(group)}) display(data, { raw: true });`);
    lab.writeNotebook("trusted.ipynb", cells);
    const trusted = await lab.open("trusted.ipynb");
    trusted.page.on("request", note);
    try {
      for (const [cell, group] of groups.entries()) {
        await trusted.run(cell);
        const drawn = trusted.output(cell).locator(".jp-EspalierOutput");
        for (let i = 0; i < group.length; i++) await isAnswered(drawn.nth(i));
      }
      expect(await trusted.page.evaluate("globalThis.hacked")).to.equal(undefined);
      expect(trusted.errors).to.deep.equal([]);
      expect(strays).to.deep.equal([]);
    } finally {
      await trusted.close();
    }
  });
});
