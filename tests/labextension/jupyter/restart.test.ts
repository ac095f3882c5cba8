import { expect } from "chai";
import { WIDGET_TARGET } from "../../../labextension/src/data/index.js";
import { Outputs, type Session } from "../../../labextension/src/jupyter/outputs.js";
import { type LabServer, type NotebookPage, startLab } from "../../browser/lab.js";
import { MockKernel, MockSession, settled } from "./mockKernel.js";

const STATE = { type: "state", data: {}, state: {}, running: null };

describe("labextension/jupyter, a kernel that another page restarts", () => {
  it("is offline until the next run opens the widget again", async () => {
    const kernel = new MockKernel();
    const outputs = new Outputs(new MockSession(kernel) as unknown as Session);
    await settled();
    kernel.status("idle", "first");
    const model = outputs.open("w", {});
    kernel.open(WIDGET_TARGET, "w").say(STATE);
    // The server's own words, and more of the same run, are no restart.
    kernel.status("restarting", "server");
    kernel.status("busy", "first");
    await settled();
    expect(model.get("live")).to.equal(true);
    kernel.known = [];
    kernel.status("starting", "second");
    await settled();
    expect(model.get("live")).to.equal(false);
    kernel.comms.clear();
    const again = kernel.open(WIDGET_TARGET, "w");
    again.say(STATE);
    expect(model.get("live")).to.equal(true);
    outputs.dispose();
    expect(kernel.iopubMessage.slots.size).to.equal(0);
  });

  it("is offline where all that arrives of the next run is its welcome", async () => {
    const kernel = new MockKernel();
    const outputs = new Outputs(new MockSession(kernel) as unknown as Session);
    await settled();
    kernel.welcome("first");
    const model = outputs.open("w", {});
    kernel.open(WIDGET_TARGET, "w").say(STATE);
    // Another page subscribes to the same run.
    kernel.welcome("first");
    await settled();
    expect(model.get("live")).to.equal(true);
    kernel.known = [];
    kernel.welcome("second");
    await settled();
    expect(model.get("live")).to.equal(false);
    outputs.dispose();
  });

  it("greets again where it is no restart after all", async () => {
    const kernel = new MockKernel();
    const outputs = new Outputs(new MockSession(kernel) as unknown as Session);
    await settled();
    kernel.status("idle", "first");
    const model = outputs.open("w", {});
    const comm = kernel.open(WIDGET_TARGET, "w");
    comm.say(STATE);
    kernel.status("idle", "other");
    await settled();
    expect(comm.sent.map(({ type }) => type)).to.deep.equal(["hello", "hello"]);
    expect(model.get("live")).to.equal(true);
    outputs.dispose();
  });
});

describe("labextension in JupyterLab, when the kernel is restarted elsewhere", function () {
  this.timeout(180_000);
  let lab: LabServer;
  let notebook: NotebookPage;
  before(async function () {
    lab = await startLab(this);
    lab.writeNotebook("restart.ipynb", ['import { schedule } from "espalier";\nschedule({ shares: [1, 0.5, 0.25] });']);
    notebook = await lab.open("restart.ipynb");
  });
  after(async () => {
    await notebook?.close();
  });

  it("is offline, and live again when the cell has run again", async () => {
    const asking = (isPossible: boolean) =>
      notebook
        .output(0)
        .getByRole("checkbox", { name: "when a handle is let go", disabled: !isPossible })
        .first()
        .waitFor();
    await notebook.run(0);
    await asking(true);
    await lab.restartKernel("restart.ipynb");
    await asking(false);
    await notebook.run(0);
    await asking(true);
    expect(notebook.errors).to.deep.equal([]);
  });
});
