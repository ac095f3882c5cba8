import fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { DebugClient } from "./debugClient.js";

describe("Debugger, with a kernel", function () {
  this.timeout(60_000);
  let client: DebugClient;

  beforeEach(async () => {
    client = await DebugClient.start();
    await client.attach();
  });

  afterEach(() => client.close());

  it("stops at a line of a cell before its first run, and shows what is there", async () => {
    await client.execute("let x = 41; const words = new Map([['a', 1]]);");
    const code = "// a comment\nx = x + 1;\nconst y: number = x * 2;\ny";
    const { sourcePath, breakpoints } = await client.breakAt(code, [{ line: 3 }]);
    expect(breakpoints).to.have.length(1);
    expect(breakpoints[0]).to.include({ verified: true, line: 3 });
    const ended = client.execute(code);
    const { reason, frames } = await client.stopped();
    expect(reason).to.equal("breakpoint");
    expect(frames).to.have.length(1);
    expect(frames[0]).to.deep.include({
      name: "Cell In[2]",
      line: 3,
      source: { name: "Cell In[2]", path: sourcePath },
    });
    expect(await client.scope(frames[0]!, "Locals")).to.deep.equal({ x: "42" });
    expect(await client.scope(frames[0]!, "Notebook")).to.deep.equal({ x: "42", words: 'Map(1) { "a" => 1 }' });
    expect(await client.debug("evaluate", { expression: "x + 1", frameId: frames[0]!["id"] })).to.include({
      result: "43",
    });
    expect(
      (await client.debug("evaluate", { expression: "(x as number) satisfies number", frameId: frames[0]!["id"] }))[
        "result"
      ],
    ).to.equal("42");
    expect((await client.debug("debugInfo"))["stoppedThreads"]).to.deep.equal([1]);
    const variablesReference = await client.reference(frames[0]!, "Notebook");
    expect(await client.debug("setVariable", { variablesReference, name: "x", value: "x + 8" })).to.include({
      value: "50",
    });
    await client.debug("continue", { threadId: 1 });
    await client.event("continued");
    expect(await ended).to.include({ status: "ok" });
    expect(await client.result()).to.equal("100");
  });

  it("shows the locals of functions of earlier cells, steps over, into and out, and goes by the source map", async () => {
    const library =
      "interface Point { a: number }\nfunction twice(a: number): number {\n  const b = a * 2;\n  return b + a;\n}";
    await client.execute(library);
    const { sourcePath: libraryPath } = await client.debug("dumpCell", { code: library });
    const code = "const one = twice(1);\nconst two = one + 1;\ntwo";
    await client.breakAt(code, [{ line: 1 }]);
    const ended = client.execute(code);
    await client.stopped();
    await client.debug("stepIn", { threadId: 1 });
    const inside = await client.stopped();
    expect(inside.reason).to.equal("step");
    expect(inside.frames.map(({ name, line, source }) => [name, line, source.path === libraryPath])).to.deep.equal([
      ["twice", 3, true],
      ["Cell In[2]", 1, false],
    ]);
    await client.debug("next", { threadId: 1 });
    const { frames } = await client.stopped();
    expect(frames[0]).to.include({ line: 4 });
    expect(await client.scope(frames[0]!, "Locals")).to.deep.equal({ a: "1", b: "2" });
    expect(await client.debug("evaluate", { expression: "a + b", frameId: frames[0]!["id"] })).to.include({
      result: "3",
    });
    const locals = await client.reference(frames[0]!, "Locals");
    await client.debug("setVariable", { variablesReference: locals, name: "a", value: "a * 10" });
    await client.debug("stepOut", { threadId: 1 });
    const outside = await client.stopped();
    expect(outside.frames[0]).to.include({ name: "Cell In[2]" });
    while ((await client.debug("stackTrace"))["stackFrames"][0]?.line === 1) {
      await client.debug("next", { threadId: 1 });
      await client.stopped();
    }
    const { stackFrames } = await client.debug("stackTrace");
    expect(stackFrames[0]).to.include({ line: 2 });
    expect(await client.scope(stackFrames[0], "Locals")).to.include({ one: "12" });
    await client.debug("continue", { threadId: 1 });
    await ended;
    expect(await client.result()).to.equal("13");
  });

  it("steps over an await, and ends when it steps past the end", async () => {
    const code = "let n = 1;\nawait new Promise((resolve) => setTimeout(resolve, 20));\nn = 2;\nn + 1";
    await client.breakAt(code, [{ line: 1 }]);
    const ended = client.execute(code);
    const lines = [(await client.stopped()).frames[0]!["line"]];
    for (let i = 0; i < 3; i++) {
      await client.debug("next", { threadId: 1 });
      lines.push((await client.stopped()).frames[0]!["line"]);
    }
    expect(lines).to.deep.equal([1, 2, 3, 4]);
    await client.debug("next", { threadId: 1 });
    expect(await ended).to.include({ status: "ok" });
    expect(await client.result()).to.equal("3");
  });

  it("stops at what nobody catches, and at what is caught only when asked", async () => {
    const code = "function fail() {\n  throw new TypeError('no');\n}\ntry { fail(); } catch {}\nfail();";
    await client.debug("setExceptionBreakpoints", { filters: ["uncaught"] });
    let ended = client.execute(code);
    const { reason, frames } = await client.stopped();
    expect(reason).to.equal("exception");
    expect(frames.map(({ line }) => line)).to.deep.equal([2, 5]);
    expect(await client.debug("exceptionInfo", { threadId: 1 })).to.include({
      exceptionId: "TypeError",
      breakMode: "unhandled",
    });
    await client.debug("continue");
    expect(await ended).to.include({ status: "error", ename: "TypeError" });
    await client.debug("setExceptionBreakpoints", { filters: ["caught"] });
    ended = client.execute(code);
    expect((await client.stopped()).frames.map(({ line }) => line)).to.deep.equal([2, 4]);
    await client.debug("continue");
    await ended;
    await client.debug("setExceptionBreakpoints", { filters: ["uncaught"] });
    ended = client.execute(
      "await 1;\ntry { await Promise.reject(1); } catch {}\nasync function g() { await 1; throw new Error('late'); }\ntry { await g() } catch {}\nawait g();",
    );
    expect((await client.stopped()).frames.map(({ line }) => line)).to.deep.equal([3]);
    await client.debug("continue");
    await ended;
    ended = client.execute(
      "const { readFileSync } = require('node:fs');\ntry { readFileSync('/nowhere'); } catch {}\nreadFileSync('/nowhere');",
    );
    expect((await client.stopped()).frames.map(({ line }) => line)).to.deep.equal([3]);
    await client.debug("continue");
    await ended;
    await client.debug("setExceptionBreakpoints", { filters: [] });
    expect(await client.execute(code)).to.include({ status: "error" });
  });

  it("inspects the notebook while idle, attached or not, and opens what it shows", async () => {
    await client.debug("disconnect", { restart: false, terminateDebuggee: false });
    await client.execute(
      "class P { #s = 1; get g() { throw 1 } a = [1, 2] }\nlet p = new P(), list = Array.from({ length: 2500 }, (_, i) => i), f = (a: number) => a, m = new Map([['k', { v: 1 }]]), t = new Float32Array(3);",
    );
    const { variables } = await client.debug("inspectVariables");
    const texts = Object.fromEntries(
      variables.map(({ name, value, type }: { name: string; value: string; type: string }) => [name, [value, type]]),
    );
    expect(texts).to.deep.include({ f: ["ƒ (a) => a", "function"], t: ["Float32Array(3) [0, 0, 0]", "Float32Array"] });
    const open = (name: string) =>
      client.variables(variables.find((each: { name: string }) => each.name === name).variablesReference);
    expect((await open("p")).map(({ name, value }) => [name, value])).to.deep.equal([
      ["a", "[1, 2]"],
      ["#s", "1"],
    ]);
    expect((await open("list")).map(({ name }) => name)).to.deep.equal(["[0…999]", "[1000…1999]", "[2000…2499]"]);
    const { variablesReference } = variables.find((each: { name: string }) => each.name === "list");
    const page = await client.variables(variablesReference, { start: 2000, count: 2 });
    expect(page.map(({ name, value }) => [name, value])).to.deep.equal([
      ["2000", "2000"],
      ["2001", "2001"],
    ]);
    expect((await open("m")).map(({ name, value }) => [name, value])[0]).to.deep.equal(["0", '{"k" => Object}']);
    const rich = await client.debug("richInspectVariables", { variableName: "list" });
    expect(rich["data"]).to.have.property("text/plain");
    expect((await client.debug("evaluate", { expression: "await Promise.resolve(list.length)" }))["result"]).to.equal(
      "2500",
    );
    await client.debug("evaluate", { expression: "list = [1 as number]" });
    await client.execute("list.length");
    expect(await client.result()).to.equal("1");
    const failed = await client.request("evaluate", { expression: "nothing.at.all" });
    expect(failed).to.include({ success: false, message: "ReferenceError: nothing is not defined" });
    expect(await client.request("fly")).to.include({ success: false, command: "fly" });
    expect((await client.request("stackTrace"))["body"]).to.deep.equal({ stackFrames: [], totalFrames: 0 });
  });

  it("shows imports among the notebook's names, as they are now, and lets nobody assign to them", async () => {
    fs.writeFileSync(
      path.join(client.folder, "counter.ts"),
      "export let count = 1;\nexport function raise() { count++; }\nexport default 'usual';\n",
    );
    await client.execute(
      'import usual, { count as counted, raise } from "./counter"; import * as all from "./counter"; import { sep } from "node:path";',
    );
    await client.execute("raise();");
    const shown = async () => {
      const { variables } = await client.debug("inspectVariables");
      return Object.fromEntries(variables.map(({ name, value }: { name: string; value: string }) => [name, value]));
    };
    expect(await shown())
      .to.include({ usual: '"usual"', counted: "2", sep: '"/"' })
      .and.to.have.keys("all", "raise");
    const code = "const here = counted + 1;\nhere";
    await client.breakAt(code, [{ line: 2 }]);
    const ended = client.execute(code);
    const { frames } = await client.stopped();
    expect(await client.scope(frames[0]!, "Notebook")).to.include({ usual: '"usual"', counted: "2" });
    expect(await client.scope(frames[0]!, "Locals")).to.deep.equal({ counted: "2", here: "3" });
    const variablesReference = await client.reference(frames[0]!, "Notebook");
    const refused = await client.request("setVariable", { variablesReference, name: "counted", value: "7" });
    expect(refused["success"]).to.equal(false);
    expect(refused["message"]).to.include("counted is an import");
    await client.debug("continue");
    await ended;
    await client.execute("let usual = 5, sep = 'of the notebook';");
    expect(await shown()).to.include({ usual: "5", sep: '"of the notebook"', counted: "2" });
  });

  it("says that it has no breakpoints by functions' names, and that there are none", async () => {
    expect(await client.debug("initialize")).to.include({ supportsFunctionBreakpoints: false });
    expect(await client.debug("setFunctionBreakpoints", { breakpoints: [] })).to.deep.equal({ breakpoints: [] });
    const refused = await client.request("setFunctionBreakpoints", { breakpoints: [{ name: "f" }] });
    expect(refused["success"]).to.equal(false);
    expect(refused["message"]).to.include("set one at a line");
  });

  it("answers everything else while it is stopped, and an interrupt ends the cell there", async () => {
    const code = "let here = 1;\nwhile (true) {\n  here++;\n}";
    await client.breakAt(code, [{ line: 3 }]);
    const ended = client.execute(code);
    const { frames } = await client.stopped();
    expect(await client.heartbeat()).to.equal(true);
    expect((await client.kernelInfo()).content["supported_features"]).to.include("debugger");
    expect(
      (await client.debug("richInspectVariables", { variableName: "here", frameId: frames[0]!["id"] }))["data"],
    ).to.deep.equal({ "text/plain": "1" });
    await client.debug("copyToGlobals", {
      srcVariableName: "here",
      dstVariableName: "kept",
      srcFrameId: frames[0]!["id"],
    });
    expect((await client.interrupt()).content).to.include({ status: "ok" });
    expect(await ended).to.include({ status: "error", ename: "KeyboardInterrupt" });
    await client.execute("kept + here");
    expect(await client.result()).to.equal("2");
  });

  it("pauses code that runs, and lets go of it when it leaves", async () => {
    const ended = client.execute("let go = true;\nconsole.log('on');\nwhile (go) {}\n'over'");
    await client.printed();
    await client.debug("pause", { threadId: 1 });
    const { reason, frames } = await client.stopped();
    expect(reason).to.equal("pause");
    expect(frames[0]).to.include({ line: 3 });
    await client.debug("evaluate", { expression: "go = false", frameId: frames[0]!["id"] });
    await client.debug("disconnect", { restart: false });
    expect(await ended).to.include({ status: "ok" });
    expect(await client.result()).to.equal("'over'");
    expect((await client.debug("debugInfo"))["isStarted"]).to.equal(false);
  });

  it("answers requests for the variables that come at once, as JupyterLab sends them after a restart", async () => {
    await client.execute("const list = [1, 2]; const word = 'a';");
    for (const { success, body } of await client.requestAtOnce(10, "inspectVariables")) {
      expect(success).to.equal(true);
      expect(body.variables.map(({ name }: { name: string }) => name)).to.deep.equal(["list", "word"]);
    }
  });

  it("ends the kernel while it is stopped", async () => {
    const code = "let here = 1;\nhere";
    await client.breakAt(code, [{ line: 2 }]);
    void client.execute(code).catch(() => {});
    await client.stopped();
    // The hook after the test waits for the process's end.
  });
});
