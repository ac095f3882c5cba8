/**
 * What VS Code's Jupyter extension sends to a kernel, in its order.
 *
 * Source: microsoft/vscode-jupyter, src/kernels and src/notebooks/debugger.
 */
import { expect } from "chai";
import type { JsonObject } from "../../../kernel/src/wire/index.js";
import { KernelProcess, type Output, textOf } from "../kernelProcess.js";

// biome-ignore lint/suspicious/noExplicitAny: what the kernel answers is what the tests are about.
type Body = Record<string, any>;

/** How the extension runs cells: it lets them ask, and goes on after a failure. */
const CELL = { stopOnError: false, answer: () => undefined };
/** How it runs code of its own, of which the notebook is to show nothing. */
const HIDDEN = { ...CELL, storeHistory: false };

describe("the kernel in VS Code", function () {
  this.timeout(120_000);
  let kernel: KernelProcess;
  let seq = 0;
  before(async () => {
    kernel = await KernelProcess.start();
  });
  after(() => kernel?.shutdown());

  const kernelInfo = () => kernel.request<"kernel_info_reply">("shell", "kernel_info_request");

  /** @returns the body of a response; fails where the debugger refuses. */
  async function debug(command: string, given?: JsonObject): Promise<Body> {
    const request = ++seq;
    const content = { type: "request", seq: request, command, ...(given === undefined ? {} : { arguments: given }) };
    const { reply } = await kernel.request<"debug_reply">("control", "debug_request", content);
    expect(reply, command).to.deep.include({ type: "response", request_seq: request, success: true, command });
    return (reply as Body)["body"] ?? {};
  }

  /** Waits for the debugger's next event of this name; to be called before what brings it about. */
  function nextEvent(name: string): Promise<Body> {
    const known = new Set<Output>(kernel.published);
    return kernel
      .publication(
        (output) => output.type === "debug_event" && !known.has(output) && (output.content as Body)["event"] === name,
      )
      .then(({ content }) => (content as Body)["body"]);
  }

  /** Starts a loop without end. Resolves when it runs; what comes of it is in `ended`. */
  async function startLoop(word: string): Promise<{ ended: ReturnType<KernelProcess["execute"]> }> {
    const ended = kernel.execute(`console.log(${JSON.stringify(word)});\nfor (;;);`, CELL);
    await kernel.publication((output) => output.type === "stream" && output.content.text.includes(word));
    return { ended };
  }

  it("tells of itself as often as it is asked", async () => {
    const answers = await Promise.all([kernelInfo(), kernelInfo(), kernelInfo()]);
    for (const { reply } of answers) {
      expect(reply).to.have.property("status", "ok");
      expect(reply).to.have.nested.property("language_info.name", "typescript");
      expect(reply).to.have.property("debugger", true);
    }
  });

  it("runs the extension's own code, also what is no TypeScript, without counting it or holding up cells", async () => {
    const python = "import builtins\nimport ipykernel\nbuiltins.print(ipykernel.__version__)";
    const [refused, hidden, silent, cell] = await Promise.all([
      kernel.execute(python, HIDDEN),
      kernel.execute("const ofExtension = 'hidden';\nofExtension", HIDDEN),
      kernel.execute("'silent'", { ...HIDDEN, silent: true }),
      kernel.execute("'cell'", CELL),
    ]);
    expect(refused.reply).to.have.property("status", "error");
    expect(textOf(hidden.outputs)).to.equal("'hidden'");
    expect(silent.reply).to.have.property("status", "ok");
    expect(silent.outputs).to.deep.equal([]);
    expect(cell.reply).to.include({ status: "ok", execution_count: 1 });
    expect(textOf(cell.outputs)).to.equal("'cell'");
  });

  it("answers the question of a cell", async () => {
    const { outputs } = await kernel.execute("await input('Name? ')", {
      ...CELL,
      answer: ({ prompt }) => `${prompt}Ada`,
    });
    expect(textOf(outputs)).to.include("'Name? Ada'");
  });

  it("completes and inspects while a cell runs, and stops it by a message on shell or on control", async () => {
    await kernel.execute("const kept = { answer: 42 };", CELL);
    for (const channel of ["shell", "control"] as const) {
      const { ended } = await startLoop(`running until ${channel}`);
      expect(await kernel.complete("kept.ans")).to.deep.include({ status: "ok", matches: ["answer"] });
      expect(await kernel.inspect("kept")).to.deep.include({ status: "ok", found: true });
      const { reply } = await kernel.request<"interrupt_reply">(channel, "interrupt_request");
      expect(reply).to.deep.equal({ status: "ok" });
      expect((await ended).reply).to.deep.include({ status: "error", ename: "KeyboardInterrupt" });
      expect(textOf((await kernel.execute("kept.answer", CELL)).outputs)).to.equal("42");
    }
  });

  it("closes a comm to a target that it does not have", async () => {
    const id = "of-the-extension";
    await kernel.send("comm_open", { comm_id: id, target_name: "jupyter.widget.control", data: {} });
    await kernel.publication(({ type, content }) => type === "comm_close" && (content as Body)["comm_id"] === id);
    const { reply } = await kernel.request<"comm_info_reply">("shell", "comm_info_request", { target_name: "" });
    expect(reply).to.deep.equal({ status: "ok", comms: {} });
  });

  it("documents what is under the pointer, and tells what ran", async () => {
    const inspected = await kernel.inspect("'text'.toUpperCase");
    expect(inspected.status === "ok" && inspected.data["text/plain"]).to.match(/toUpperCase\(\): string/);
    const { reply } = await kernel.request<"history_reply">("shell", "history_request", {
      ...{ hist_access_type: "tail", n: 100, output: false, raw: true },
    });
    const codes = (reply as unknown as { history: [number, number, string][] }).history.map(([, , code]) => code);
    expect(codes).to.include("'cell'");
    expect(codes.join("\n"), "hidden code").to.not.match(/ofExtension|ipykernel|silent/);
  });

  it("debugs a cell", async () => {
    const code = "function half(value: number): number {\n  const result = value / 2;\n  return result;\n}\nhalf(84)";
    await debug("initialize", {
      ...{ clientID: "vscode", clientName: "Visual Studio Code", adapterID: "Python Kernel Debug Adapter" },
      ...{ pathFormat: "path", linesStartAt1: true, columnsStartAt1: true, locale: "en" },
      ...{ supportsVariableType: true, supportsVariablePaging: true, supportsRunInTerminalRequest: true },
    });
    expect(await debug("debugInfo")).to.deep.include({ isStarted: false, breakpoints: [], stoppedThreads: [] });
    const initialized = nextEvent("initialized");
    await debug("attach", {
      ...{ type: "Python Kernel Debug Adapter", name: "debugged.ipynb", request: "attach", justMyCode: true },
      ...{ __mode: 1, __cellIndex: 0, __notebookUri: "file:///debugged.ipynb", __sessionId: "a-session" },
    });
    await initialized;
    const { sourcePath } = await debug("dumpCell", { code });
    const source = { name: "debugged.ipynb", path: sourcePath };
    const { breakpoints } = await debug("setBreakpoints", {
      ...{ source, lines: [2], breakpoints: [{ line: 2, source }], sourceModified: false },
    });
    expect(breakpoints).to.have.length(1);
    expect(breakpoints[0]).to.include({ verified: true, line: 2 });
    await debug("setFunctionBreakpoints", { breakpoints: [] });
    await debug("setExceptionBreakpoints", { filters: [] });
    await debug("configurationDone");

    let stopped = nextEvent("stopped");
    const ended = kernel.execute(code, CELL);
    expect(await stopped).to.include({ reason: "breakpoint" });
    const { threads } = await debug("threads");
    const threadId = threads[0].id as number;
    const stack = async () => (await debug("stackTrace", { threadId, startFrame: 0, levels: 20 }))["stackFrames"];
    const [frame, caller] = await stack();
    expect(frame).to.deep.include({ name: "half", line: 2 });
    expect(frame.source.path).to.equal(sourcePath);
    expect(caller).to.include({ line: 5 });
    const { scopes } = await debug("scopes", { frameId: frame.id });
    const { variables } = await debug("variables", { variablesReference: scopes[0].variablesReference });
    expect(variables.find(({ name }: Body) => name === "value")).to.include({ value: "84" });
    const watched = await debug("evaluate", { expression: "value + 1", frameId: frame.id, context: "watch" });
    expect(watched).to.include({ result: "85" });

    stopped = nextEvent("stopped");
    await debug("next", { threadId });
    expect(await stopped).to.include({ reason: "step" });
    expect((await stack())[0]).to.include({ name: "half", line: 3 });
    await debug("continue", { threadId });
    expect(textOf((await ended).outputs)).to.equal("42");
    await debug("disconnect", { restart: false });
    expect(await debug("debugInfo")).to.include({ isStarted: false });
  });

  it("is restarted on the same connection, and answers what was asked before it was up", async () => {
    const { pid } = kernel.child;
    expect(await kernel.restart()).to.deep.equal({ status: "ok", restart: true });
    expect(kernel.child.pid).to.not.equal(pid);
    const { reply, outputs } = await kernel.execute("typeof (globalThis as any).kept", CELL);
    expect(reply).to.include({ status: "ok", execution_count: 1 });
    expect(textOf(outputs)).to.equal("'undefined'");
    expect((await kernel.execute("kept", CELL)).reply).to.have.property("status", "error");
    expect(await debug("debugInfo")).to.deep.include({ isStarted: false, breakpoints: [], stoppedThreads: [] });
  });
});
