import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { KernelProcess, textOf } from "../kernelProcess.js";

describe("kernel: what a cell may do to it", () => {
  let kernel: KernelProcess;
  let folder: string;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "robust-"));
    kernel = await KernelProcess.start({ folder, env: { NODE_OPTIONS: "--max-old-space-size=600" } });
    await kernel.execute("let kept = 42");
  });
  after(async () => {
    await kernel.shutdown();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  async function expectFailure(code: string, ename: string): Promise<string> {
    const { reply } = await kernel.execute(code);
    expect(reply, code).to.include({ status: "error", ename });
    expect(textOf((await kernel.execute("kept")).outputs)).to.equal("42");
    return (reply as { evalue: string }).evalue;
  }

  it("throw what is no error", async () => {
    for (const [thrown, ename] of [
      ["5", "number"],
      ["'text'", "string"],
      ["null", "null"],
      ["undefined", "undefined"],
      ["Symbol('s')", "symbol"],
      ["{ a: 1 }", "Object"],
    ] as const)
      await expectFailure(`throw ${thrown}`, ename);
    const { reply } = await kernel.execute("throw new Proxy({}, { get() { throw 1 } })");
    expect(reply).to.have.property("status", "error");
  });

  it("call process.exit, abort a promise, overflow the stack, ask for too much memory", async () => {
    await expectFailure("process.exit(1)", "SystemExit");
    await expectFailure(
      "setTimeout(() => process.exit(0), 1); await new Promise((r) => setTimeout(r, 50))",
      "SystemExit",
    );
    await expectFailure("function deep(): number { return deep() + 1 }\ndeep()", "RangeError");
    await expectFailure("new Array(2 ** 40)", "RangeError");
    await expectFailure("new ArrayBuffer(2 ** 52)", "RangeError");
  });

  it("fill the heap, and fill it again", async () => {
    const fill = "let held: unknown[] = []; for (;;) held.push(new Array(100).fill({}))";
    expect(await expectFailure(fill, "OutOfMemory")).to.include("was full");
    // What is held fills it still, and other cells run.
    expect(textOf((await kernel.execute("held.length > 1000; held = []; kept")).outputs)).to.equal("42");
    await expectFailure("for (;;) held.push(new Array(100).fill({}))", "OutOfMemory");
    await kernel.execute("held = []");
  });

  it("throw away many times what the heap holds", async () => {
    const waste = "let last: unknown; for (let i = 0; i < 3_000_000; i++) last = new Array(100).fill({}); kept";
    const { reply, outputs } = await kernel.execute(waste);
    expect(reply).to.have.property("status", "ok");
    expect(textOf(outputs)).to.equal("42");
  });

  it("hold half of the heap, and come to a debugger statement that no debugger is there for", async () => {
    const { outputs } = await kernel.execute(
      "held = Array.from({ length: 300_000 }, () => new Array(100).fill({}));\n" +
        "await new Promise((end) => setTimeout(end, 1000));\ndebugger;\nheld = [];\nkept",
    );
    expect(textOf(outputs)).to.equal("42");
  });

  it("fork a process, whose output it shows", async () => {
    fs.writeFileSync(path.join(folder, "child.mjs"), "console.log('from the fork'); process.exit(3);");
    const { outputs } = await kernel.execute(
      "import { fork } from 'node:child_process';\nawait new Promise((end) => fork('./child.mjs').on('exit', end))",
    );
    expect(textOf(outputs)).to.equal("from the fork\n3");
  });

  it("take the globals away that the kernel itself could need", async () => {
    const names = ["setImmediate", "setTimeout", "queueMicrotask", "console", "process"];
    for (const name of names) {
      await kernel.execute(`const before_${name} = globalThis.${name}; (globalThis as any).${name} = undefined;`);
      expect(textOf((await kernel.execute("kept")).outputs), name).to.equal("42");
      await kernel.execute(`(globalThis as any).${name} = before_${name};`);
    }
  });

  it("be a megabyte long, or nested a thousand deep", async () => {
    const long = `[${Array.from({ length: 100_000 }, (_, i) => i).join(", ")}].length`;
    expect(textOf((await kernel.execute(long)).outputs)).to.equal("100000");
    const deep = `${"[".repeat(500)}${"]".repeat(500)}.length`;
    expect(textOf((await kernel.execute(deep)).outputs)).to.equal("1");
  });
});
