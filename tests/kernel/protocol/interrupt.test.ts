import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { KernelProcess } from "../kernelProcess.js";

/** What runs, by what a reader would call it. */
const CASES: Readonly<Record<string, string>> = {
  "a loop": "while (true) {}",
  "a loop that swallows errors": "for (;;) { try { while (true) {} } catch {} finally {} }",
  "a loop after an await": "await null; while (true) {}",
  "a storm of microtasks": "for (;;) await null",
  "a timer": "setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})",
  "an immediate": "setImmediate(() => { while (true) {} }); await new Promise(() => {})",
  "immediates without end": "await new Promise(() => { const again = () => setImmediate(again); again(); })",
  "a callback of the file system":
    "import fs from 'node:fs'; fs.readFile('/', () => { while (true) {} }); await new Promise(() => {})",
  "Atomics.wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "a runaway regular expression": "/(a+)+b/.test('a'.repeat(60))",
  "a pending await": "await new Promise(() => {})",
  "a child process that is waited for":
    "import { spawn } from 'node:child_process'; await new Promise((end) => spawn('sleep', ['60']).on('exit', end))",
  "printing without end": "for (;;) console.log('again')",
  "a question": "prompt('Your name?')",
  "a question that is awaited": "await input('Your name?')",
};

describe("kernel: interrupt", () => {
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
    await kernel.execute("let kept = 42; let count = 0");
  });
  after(() => kernel.shutdown());

  for (const [title, code] of Object.entries(CASES)) {
    it(`stops ${title}, keeps the variables and aborts what is queued`, async () => {
      const running = kernel.execute(`count++; ${code}`, { answer: () => undefined });
      const queued = kernel.execute("'queued'");
      await delay(300);
      expect(await kernel.interrupt()).to.deep.equal({ status: "ok" });
      const { reply, outputs } = await running;
      expect(reply).to.deep.include({ status: "error", ename: "KeyboardInterrupt" });
      expect(outputs.filter(({ type }) => type === "error")).to.have.length(1);
      expect((await queued).reply).to.have.property("status", "aborted");
      const after = await kernel.execute("[kept, await new Promise((r) => setTimeout(() => r('timers'), 1))]");
      expect(after.outputs.at(-1)!.content).to.deep.include({ data: { "text/plain": "[ 42, 'timers' ]" } });
    });
  }

  it("answers when nothing runs, and stops nothing that comes later", async () => {
    expect(await kernel.interrupt()).to.deep.equal({ status: "ok" });
    expect((await kernel.execute("1")).reply).to.have.property("status", "ok");
  });

  it("heeds SIGINT, too", async () => {
    const running = kernel.execute("await new Promise(() => {})");
    await delay(300);
    kernel.child.kill("SIGINT");
    expect((await running).reply).to.deep.include({ status: "error", ename: "KeyboardInterrupt" });
  });

  it("lets work that ends by itself end by itself", async () => {
    const code =
      "import { interruptible } from '@espalier/kernel';\n" +
      "let ended = ''; await interruptible((signal) => new Promise((end) => signal.addEventListener('abort', () => { ended = 'whole'; end(1); })))";
    const running = kernel.execute(code);
    await delay(300);
    await kernel.interrupt();
    expect((await running).reply).to.have.property("status", "ok");
    expect((await kernel.execute("ended")).outputs.at(-1)!.content).to.deep.include({
      data: { "text/plain": "'whole'" },
    });
  });
});
