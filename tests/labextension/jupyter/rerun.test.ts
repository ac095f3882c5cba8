import { expect } from "chai";
import { FRONTIER_MIME, SCHEDULE_MIME } from "../../../labextension/src/data/index.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { FRONTIER, HEARD, POINTS } from "./cells.js";

const CELLS = [
  POINTS,
  FRONTIER,
  HEARD,
  "schedule([{ shares: [1, 0.5, 0.25] }, { shares: [1, 0.75, 0.25] }], { frontier: view });",
  // Another cell's widget, which a restarted kernel may open first.
  FRONTIER.replace("view", "other"),
];

describe("labextension in JupyterLab: a restarted kernel, a notebook opened again", function () {
  this.timeout(240_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  /** Messages of widgets to the kernel, by what they are. */
  let sent: string[] = [];
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("rerun.ipynb", CELLS);
    notebook = await opened();
  });
  after(async () => {
    await notebook?.close();
  });

  async function opened(): Promise<NotebookPage> {
    const one = await lab.open("rerun.ipynb");
    one.page.on("websocket", (socket) =>
      socket.on("framesent", ({ payload }) => {
        const text = payload.toString();
        const type = /"type": ?"(\w+)"/.exec(text)?.[1];
        if (text.includes('"comm_msg"') && type !== undefined) sent.push(type);
      }),
    );
    return one;
  }
  const frontier = (cell = 1) => notebook.output(cell).locator(".espalier").first();
  const budget = (cell = 1) => frontier(cell).getByRole("slider", { name: "Budget" });
  /** A question that only a kernel answers can be asked. */
  const asking = (isPossible: boolean, cell = 1) =>
    frontier(cell).getByRole("button", { name: "Evaluate at this budget", disabled: !isPossible }).waitFor();
  async function moveBudget(cell = 1): Promise<number> {
    await budget(cell).focus();
    await notebook.page.keyboard.press("Home");
    for (let i = 0; i < 3; i++) await notebook.page.keyboard.press("PageUp");
    await notebook.page.waitForTimeout(300);
    return Number(await budget(cell).getAttribute("aria-valuenow"));
  }
  async function restart(): Promise<void> {
    const { page } = notebook;
    await page.locator(".lm-MenuBar-itemLabel", { hasText: /^Kernel$/ }).click();
    await page.locator(".lm-Menu-itemLabel", { hasText: /^Restart Kernel…$/ }).click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    await page.locator(".jp-Dialog").waitFor({ state: "detached" });
  }
  const outputs = () => lab.readNotebook("rerun.ipynb").cells.map((cell) => cell.outputs);
  const isSaved = () =>
    [FRONTIER_MIME, SCHEDULE_MIME].every((mime) =>
      outputs().some((list) => list.some(({ data }) => data !== undefined && mime in data && "image/png" in data)),
    );
  async function ranAndSaved(): Promise<unknown> {
    for (const cell of [0, 1, 3, 4]) await notebook.run(cell);
    // Until the figures are in the outputs, and the notebook in the file.
    await notebook.page.waitForTimeout(1_500);
    await notebook.save(isSaved);
    return outputs();
  }

  it("has the same outputs when it has been executed twice, and each widget is its own", async () => {
    const once = await ranAndSaved();
    await restart();
    const again = await ranAndSaved();
    expect(again).to.deep.equal(once);
    const ids = outputs().flatMap((list) =>
      list.flatMap(({ data }) =>
        [FRONTIER_MIME, SCHEDULE_MIME].flatMap(
          (mime) => (data?.[mime] as { widget: string } | undefined)?.widget ?? [],
        ),
      ),
    );
    expect(ids).to.have.length(3);
    expect(new Set(ids).size).to.equal(3);
  });

  it("can only be read after a restart, whatever other cells do, until its own cell runs again", async () => {
    const value = await moveBudget();
    await asking(true);
    await restart();
    await asking(false);
    for (const cell of [0, 4]) await notebook.run(cell);
    await moveBudget(4);
    await asking(true, 4);
    await asking(false);
    // What is drawn stays, and answers the pointer.
    expect(Number(await budget().getAttribute("aria-valuenow"))).to.be.closeTo(value, 1e-6);
    sent = [];
    expect(await moveBudget()).to.be.greaterThan(0);
    expect(sent, "nothing is told to a kernel that does not know it").to.deep.equal([]);
  });

  it("has one comm once the cell has run again, and says everything once", async () => {
    await notebook.run(1);
    await notebook.page.waitForTimeout(500);
    sent = [];
    const value = await moveBudget();
    await asking(true);
    expect(new Set(sent)).to.deep.equal(new Set(["set"]));
    const told = sent.length;
    expect(told, "four keys").to.be.at.most(4);
    expect(Number((await notebook.run(2)).replaceAll("'", "").split(" ")[1])).to.be.closeTo(value, 1e-6);
    await notebook.run(1);
    await notebook.page.waitForTimeout(500);
    sent = [];
    await moveBudget();
    expect(sent).to.have.length(told);
  });

  it("is live again in a notebook that was closed and opened again", async () => {
    const value = await moveBudget();
    await notebook.page.waitForTimeout(1_500);
    await notebook.save(isSaved);
    await notebook.close();
    notebook = await opened();
    await asking(true);
    expect(Number(await budget().getAttribute("aria-valuenow"))).to.be.closeTo(value, 1e-6);
    expect(notebook.errors).to.deep.equal([]);
  });
});
