import { expect } from "chai";
import { WIDGET_TARGET } from "../../../labextension/src/data/index.js";
import { Outputs, type Session } from "../../../labextension/src/jupyter/outputs.js";
import { MockKernel, MockSession, settled } from "./mockKernel.js";

const STATE = { type: "state", data: { points: 3 }, state: { selected: "a", budget: 0.3 }, running: null };

describe("labextension/jupyter/outputs", () => {
  let kernel: MockKernel;
  let session: MockSession;
  let outputs: Outputs;
  beforeEach(() => {
    kernel = new MockKernel();
    session = new MockSession(kernel);
    outputs = new Outputs(session as unknown as Session);
  });

  const types = (id: string) => kernel.comms.get(id)!.sent.map(({ type }) => type);

  it("greets when the comm is there before the drawing, and when it comes after", () => {
    kernel.open(WIDGET_TARGET, "first");
    outputs.open("first", {});
    outputs.open("second", {});
    kernel.open(WIDGET_TARGET, "second");
    expect(types("first")).to.deep.equal(["hello"]);
    expect(types("second")).to.deep.equal(["hello"]);
  });

  it("takes the kernel's state for the file's, and tells what the user sets", () => {
    const model = outputs.open("w", { file: true });
    const heard: string[] = [];
    for (const event of ["change:data", "change:live", "change:selected", "msg:custom"] as const)
      model.on(event, () => heard.push(event));
    const comm = kernel.open(WIDGET_TARGET, "w");
    expect(model.get("live")).to.equal(false);
    comm.say(STATE);
    expect(model.get("data")).to.deep.equal({ points: 3 });
    expect([model.get("live"), model.get("selected"), model.get("budget")]).to.deep.equal([true, "a", 0.3]);
    outputs.refresh("w", { file: 2 });
    expect(model.get("data")).to.deep.equal({ points: 3 });
    model.set("budget", 0.5);
    expect(types("w")).to.deep.equal(["hello"]);
    model.save_changes();
    model.save_changes();
    expect(comm.sent.slice(1)).to.deep.equal([{ type: "set", state: { budget: 0.5 } }]);
    comm.say({ type: "append", points: {} });
    expect(heard).to.deep.equal(["change:selected", "change:data", "change:live", "msg:custom"]);
  });

  it("finds the comms of a kernel that was there before the page", async () => {
    kernel.known = ["w", "other"];
    outputs.dispose();
    outputs = new Outputs(session as unknown as Session);
    const model = outputs.open("w", {});
    expect(kernel.comms.size).to.equal(0);
    await settled();
    expect([...kernel.comms.keys()]).to.deep.equal(["w"]);
    kernel.comms.get("w")!.say(STATE);
    expect(model.get("live")).to.equal(true);
    const late = outputs.open("other", {});
    kernel.comms.get("other")!.say(STATE);
    expect(late.get("live")).to.equal(true);
  });

  it("has one comm and one model for all views of an output, and says bye with the last", () => {
    const one = outputs.open("w", {});
    const comm = kernel.open(WIDGET_TARGET, "w");
    comm.say(STATE);
    const two = outputs.open("w", {});
    expect(two).to.equal(one);
    expect(types("w")).to.deep.equal(["hello", "hello"]);
    outputs.close("w");
    expect(types("w")).to.deep.equal(["hello", "hello"]);
    outputs.close("w");
    expect(types("w").at(-1)).to.equal("bye");
    expect(one.get("live")).to.equal(false);
    comm.say(STATE);
    expect(one.get("live")).to.equal(false);
    const again = outputs.open("w", {});
    expect(types("w").at(-1)).to.equal("hello");
    comm.say(STATE);
    expect(again.get("live")).to.equal(true);
  });

  it("is offline when the kernel is restarted, and live again when the cell has run again", () => {
    const model = outputs.open("w", {});
    kernel.open(WIDGET_TARGET, "w").say(STATE);
    session.statusChanged.emit("restarting");
    expect(model.get("live")).to.equal(false);
    expect(model.get("data")).to.deep.equal({ points: 3 });
    const rerun = outputs.open("new", {});
    kernel.comms.clear();
    kernel.open(WIDGET_TARGET, "new").say(STATE);
    expect([model.get("live"), rerun.get("live")]).to.deep.equal([false, true]);
  });

  it("follows the notebook to another kernel, and leaves nothing at the old one", async () => {
    const model = outputs.open("w", {});
    const comm = kernel.open(WIDGET_TARGET, "w");
    comm.say(STATE);
    const next = new MockKernel();
    session.change(next);
    expect(model.get("live")).to.equal(false);
    expect(kernel.targets.size).to.equal(0);
    expect(kernel.connectionStatusChanged.slots.size).to.equal(0);
    comm.say(STATE);
    expect(model.get("live")).to.equal(false);
    next.open(WIDGET_TARGET, "w").say(STATE);
    expect(model.get("live")).to.equal(true);
    session.change(null);
    expect(model.get("live")).to.equal(false);
    await settled();
  });

  it("greets again after the connection was lost, and is offline where the kernel knows it no more", async () => {
    const [kept, lost] = [outputs.open("kept", {}), outputs.open("lost", {})];
    for (const id of ["kept", "lost"]) kernel.open(WIDGET_TARGET, id).say(STATE);
    await settled();
    kernel.known = ["kept"];
    kernel.connectionStatusChanged.emit("connected");
    await settled();
    expect(types("kept")).to.deep.equal(["hello", "hello"]);
    expect([kept.get("live"), lost.get("live")]).to.deep.equal([true, false]);
  });

  it("is offline when the kernel closes the comm, and needs no kernel at all", () => {
    const model = outputs.open("w", { a: 1 });
    const comm = kernel.open(WIDGET_TARGET, "w");
    comm.say(STATE);
    comm.end();
    expect(model.get("live")).to.equal(false);
    const alone = new Outputs(null).open("w", { a: 1 });
    alone.send({ type: "hello" });
    alone.set("budget", 1);
    alone.save_changes();
    expect(alone.get("data")).to.deep.equal({ a: 1 });
  });

  it("passes over messages that are none", () => {
    const model = outputs.open("w", {});
    const comm = kernel.open(WIDGET_TARGET, "w");
    const warn = console.warn;
    console.warn = () => {};
    try {
      for (const bad of [{}, { type: "state", state: { budget: "x" } }, { type: "set", state: 3 }, { type: "append" }])
        comm.say(bad);
    } finally {
      console.warn = warn;
    }
    expect(model.get("live")).to.equal(false);
    expect(model.get("budget")).to.equal(null);
  });

  it("leaves no listener at session and kernel", () => {
    outputs.open("w", {});
    outputs.dispose();
    expect([session.kernelChanged.slots.size, session.statusChanged.slots.size]).to.deep.equal([0, 0]);
    expect([kernel.targets.size, kernel.connectionStatusChanged.slots.size]).to.deep.equal([0, 0]);
  });
});
