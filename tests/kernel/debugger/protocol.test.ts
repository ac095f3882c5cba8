import { expect } from "chai";
import type { Paused } from "../../../kernel/src/interrupt/index.js";
import { CODE, closeDebuggers, MAP, setUp } from "./mockedDebugger.js";

/** A stop in the first line of a cell. */
function stopIn(url: string): Partial<Paused> {
  const location = { scriptId: "1", lineNumber: 0, columnNumber: 0 };
  const functionLocation = { scriptId: "1", lineNumber: -1, columnNumber: 0 };
  const frame = {
    callFrameId: "f",
    functionName: "",
    location,
    functionLocation,
    url,
    scopeChain: [],
    this: { type: "undefined" },
  };
  return { callFrames: [frame] as unknown as Paused["callFrames"], hitBreakpoints: ["b1"] };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("Debugger", () => {
  afterEach(closeDebuggers);

  it("asks nothing of the inspector until a client attaches", async () => {
    const { opened, client, ask, attached } = setUp();
    for (const command of ["initialize", "debugInfo", "threads", "modules", "stackTrace"])
      expect((await ask(command)).success, command).to.equal(true);
    await ask("dumpCell", { code: CODE });
    await opened.announce({ code: CODE, label: "Cell In[1]", sourceMap: MAP });
    expect(client.posted).to.deep.equal([]);
    expect(attached).to.deep.equal([]);
  });

  it("refuses what it does not know, what is malformed, and what needs a client that is attached", async () => {
    const { ask, client } = setUp();
    const cases: [string, unknown, RegExp][] = [
      ["fly", {}, /does not know the command "fly"/],
      ["constructor", {}, /does not know/],
      ["setBreakpoints", {}, /arguments of setBreakpoints .* at source/],
      ["variables", { variablesReference: "x" }, /variablesReference/],
      ["variables", { variablesReference: 99 }, /no variables 99 any more/],
      ["scopes", { frameId: 3 }, /no frame 3 any more/],
      ["setBreakpoints", { source: { path: "/x.ts" }, breakpoints: [] }, /No debugger is attached/],
      ["continue", { threadId: 1 }, /not stopped/],
      ["exceptionInfo", { threadId: 1 }, /does not stand at an exception/],
      ["source", { source: { path: "/no/such/file" } }, /no source/],
    ];
    for (const [command, given, message] of cases) {
      const response = await ask(command, given);
      expect(response, command).to.include({ type: "response", success: false, command });
      expect(response.message).to.match(message);
    }
    client.answers.set("Runtime.evaluate", () => {
      throw new Error("The inspector refused.");
    });
    expect((await ask("inspectVariables")).message).to.equal("The inspector refused.");
  });

  it("binds a breakpoint in every script of the cell, before it runs, and replaces it", async () => {
    const { opened, client, ask, breakAt, events } = setUp();
    await ask("attach");
    expect(events.map(({ event }) => event)).to.deep.equal(["initialized"]);
    const { body } = await breakAt([2]);
    expect((body as { breakpoints: object[] }).breakpoints[0]).to.include({ verified: true, line: 2 });
    expect(client.of("Debugger.setBreakpointByUrl")).to.deep.equal([]);
    for (const label of ["Cell In[1]", "Cell In[2]"]) await opened.announce({ code: CODE, label, sourceMap: MAP });
    await opened.announce({ code: "other();", label: "Cell In[3]", sourceMap: MAP });
    expect(client.of("Debugger.setBreakpointByUrl").map(({ url, lineNumber }) => [url, lineNumber])).to.deep.equal([
      ["Cell In[1]", 1],
      ["Cell In[2]", 1],
    ]);
    await breakAt([1]);
    expect(client.of("Debugger.removeBreakpoint").map(({ breakpointId }) => breakpointId)).to.deep.equal(["b1", "b2"]);
    expect(
      client
        .of("Debugger.setBreakpointByUrl")
        .slice(2)
        .map(({ lineNumber }) => lineNumber),
    ).to.deep.equal([0, 0]);
    const info = (await ask("debugInfo")).body as { breakpoints: { breakpoints: { line: number }[] }[] };
    expect(info.breakpoints.map(({ breakpoints }) => breakpoints.map(({ line }) => line))).to.deep.equal([[1]]);
  });

  it("answers what it refuses with the empty lists that JupyterLab reads all the same", async () => {
    const { ask } = setUp();
    const lists: [command: string, given: object, list: string][] = [
      ["breakpointLocations", {}, "breakpoints"],
      ["modules", { startModule: -1 }, "modules"],
      ["scopes", { frameId: 3 }, "scopes"],
      ["setBreakpoints", { source: { path: "/x.ts" }, breakpoints: [] }, "breakpoints"],
      ["setExceptionBreakpoints", {}, "breakpoints"],
      ["setFunctionBreakpoints", { breakpoints: [{ name: "f" }] }, "breakpoints"],
      ["stackTrace", { startFrame: -1 }, "stackFrames"],
      ["variables", { variablesReference: 99 }, "variables"],
    ];
    for (const [command, given, list] of lists) {
      const { success, message, body } = await ask(command, given);
      expect(success, command).to.equal(false);
      expect(body, command).to.deep.include({ [list]: [], error: { id: 1, format: message } });
    }
    expect((await ask("source", { source: { path: "/no/such/file" } })).body).to.include({ content: "" });
    expect((await ask("fly")).body).to.have.keys("error");
  });

  it("does not keep for good that it came before the main thread was ready", async () => {
    const { ask, client } = setUp();
    const answer = client.answers.get("Runtime.evaluate")!;
    client.answers.set("Runtime.evaluate", () => ({
      result: { objectId: "a ReferenceError", subtype: "error" },
      exceptionDetails: { text: "Uncaught" },
    }));
    const early = await ask("attach");
    expect(early.success).to.equal(false);
    expect(early.message).to.include("not prepared for the debugger yet");
    client.answers.set("Runtime.evaluate", answer);
    expect((await ask("attach")).success).to.equal(true);
    expect(new Set(client.of("Runtime.callFunctionOn").map(({ objectId }) => objectId))).to.deep.equal(
      new Set(["hooks"]),
    );
  });

  it("tells of stops in the user's code alone, and lets ids end with the stop", async () => {
    const { opened, client, ask, events } = setUp();
    await ask("attach");
    await opened.announce({ code: CODE, label: "Cell In[1]", sourceMap: MAP });
    client.pause(stopIn("node:fs"));
    await turn();
    expect(client.of("Debugger.resume")).to.have.length(1);
    client.pause(stopIn("Cell In[1]"));
    await turn();
    const stopped = events.find(({ event }) => event === "stopped");
    expect(stopped?.["body"]).to.include({ reason: "breakpoint", threadId: 1, allThreadsStopped: true });
    const { body } = await ask("stackTrace");
    const [frame] = (body as { stackFrames: { id: number }[] }).stackFrames;
    expect(frame).to.include({ name: "Cell In[1]", line: 1, column: 1 });
    expect((await ask("scopes", { frameId: frame!.id })).success).to.equal(true);
    await ask("continue");
    expect(events.at(-1)).to.include({ event: "continued" });
    expect((await ask("scopes", { frameId: frame!.id })).success).to.equal(false);
  });

  it("numbers everything that it sends, and leaves nothing behind when it is let go", async () => {
    const { opened, client, ask, breakAt, events, attached } = setUp();
    const responses = [await ask("attach"), await breakAt([1])];
    await opened.announce({ code: CODE, label: "Cell In[1]", sourceMap: MAP });
    client.pause(stopIn("Cell In[1]"));
    await turn();
    responses.push(await ask("terminate"));
    const numbers = [...responses.map(({ seq }) => seq), ...events.map(({ seq }) => seq as number)];
    expect(new Set(numbers).size).to.equal(numbers.length);
    expect(events.at(-1)).to.include({ event: "terminated" });
    expect(client.of("Debugger.removeBreakpoint")).to.have.length(1);
    expect(client.paused).to.equal(undefined);
    expect(client.users).to.equal(0);
    expect(attached).to.deep.equal([true, false]);
  });
});
