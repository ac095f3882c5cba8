import { expect } from "chai";
import {
  type CurrentKernel,
  defineGlobals,
  findCurrentKernel,
  setCurrentKernel,
} from "../../../kernel/src/api/index.js";
import * as notebook from "../../../kernel/src/api/notebook.js";
import { KernelError } from "../../../kernel/src/errors.js";

const CURRENT = Symbol.for("espalier.kernel.current");
const GLOBALS = ["display", "input", "prompt"] as const;

/** A kernel that keeps each call, by its name, and gives that name. */
function mockKernel() {
  const calls: unknown[][] = [];
  const called =
    (name: string) =>
    (...parameters: unknown[]): unknown => {
      calls.push([name, ...parameters]);
      return name;
    };
  const kernel = {
    displays: { display: called("display"), clearOutput: called("clearOutput") },
    comms: { registerTarget: called("registerTarget"), open: called("open") },
    settings: { typeErrors: "block" },
    typescript: "5.9.0",
    ...{ input: called("input"), prompt: called("prompt"), page: called("page") },
    ...{ registerRepresentation: called("registerRepresentation"), interruptible: called("interruptible") },
  } as unknown as CurrentKernel;
  return { kernel, calls };
}

describe("kernel/api/notebook", () => {
  const global = globalThis as Record<string | symbol, unknown>;
  afterEach(() => {
    for (const name of [CURRENT, ...GLOBALS]) delete global[name];
  });

  it("says in a program that is no notebook that it is none", () => {
    expect(findCurrentKernel()).to.equal(undefined);
    for (const call of [
      () => notebook.display(1),
      () => notebook.clearOutput(),
      () => notebook.input("x"),
      () => notebook.prompt("x"),
      () => notebook.page("x"),
      () => notebook.comms.open("x"),
      () => notebook.settings.typeErrors,
      () => notebook.interruptible(async () => 1),
    ])
      expect(call).to.throw(KernelError, "no notebook here");
  });

  it("passes everything on to the kernel of the process, with its defaults", () => {
    const { kernel, calls } = mockKernel();
    setCurrentKernel(kernel);
    expect(findCurrentKernel()).to.equal(kernel);
    const work = async () => 1;
    const handler = () => undefined;
    expect(notebook.display(1, { raw: true })).to.equal("display");
    notebook.clearOutput();
    notebook.clearOutput(true);
    void notebook.input();
    notebook.prompt("Word?", { password: true });
    void notebook.page("p");
    notebook.registerRepresentation(handler);
    notebook.comms.registerTarget("t", handler);
    notebook.comms.open("t", { a: 1 }, {});
    void notebook.interruptible(work);
    expect(calls).to.deep.equal([
      ["display", 1, { raw: true }],
      ["clearOutput", false],
      ["clearOutput", true],
      ["input", "", undefined],
      ["prompt", "Word?", { password: true }],
      ["page", "p"],
      ["registerRepresentation", handler],
      ["registerTarget", "t", handler],
      ["open", "t", { a: 1 }, {}],
      ["interruptible", work],
    ]);
  });

  it("reads and writes the kernel's settings, and not a copy", () => {
    const { kernel } = mockKernel();
    setCurrentKernel(kernel);
    notebook.settings.typeErrors = "off";
    expect(kernel.settings.typeErrors).to.equal("off");
    kernel.settings.typeErrors = "show";
    expect(notebook.settings.typeErrors).to.equal("show");
  });

  it("hides the kernel from who lists the globals", () => {
    setCurrentKernel(mockKernel().kernel);
    expect(Object.getOwnPropertyDescriptor(globalThis, CURRENT)).to.include({ enumerable: false });
  });

  it("makes the common names known without an import; a cell may replace them", () => {
    const { kernel, calls } = mockKernel();
    setCurrentKernel(kernel);
    defineGlobals();
    const { display, input, prompt } = notebook;
    for (const [name, value] of Object.entries({ display, input, prompt })) {
      expect(global[name]).to.equal(value);
      expect(Object.keys(globalThis)).not.to.include(name);
    }
    (global["display"] as typeof notebook.display)(5);
    expect(calls).to.deep.equal([["display", 5, undefined]]);
    global["display"] = 1;
    expect(global["display"]).to.equal(1);
  });

  it("gives tslab's interface on the kernel's displays", async () => {
    const { kernel, calls } = mockKernel();
    setCurrentKernel(kernel);
    const tslab = await import("../../../kernel/src/api/tslab.js");
    tslab.display.html("<b>");
    expect(calls).to.deep.equal([["display", { "text/html": "<b>" }, { raw: true }]]);
    expect(tslab.versions).to.include({ typescript: "5.9.0", node: process.version });
    const place = tslab.newDisplay();
    for (const text of ["a", "b"]) place.text(text);
    const [first, second] = calls.slice(1).map(([, , options]) => options as object);
    expect(first).to.include({ update: false }).with.property("displayId");
    expect(second).to.deep.equal({ ...first, update: true });
  });
});
