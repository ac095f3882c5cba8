import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { KernelProcess, textOf } from "../kernelProcess.js";

/** What a comm's listener does, by what a reader would call it. */
const LISTENERS: Readonly<Record<string, string>> = {
  "a loop": "while (true) {}",
  "a loop in a promise": "return Promise.resolve().then(() => { while (true) {} })",
};

/** What of a cell runs after the cell itself, or beside it. */
const AFTERWARDS: Readonly<Record<string, readonly [code: string, userExpression?: string]>> = {
  "the representation of a result": ["({ toHtml() { while (true) {} } })"],
  "a representation that never comes": ["({ [Symbol.for('Jupyter.display')]: () => new Promise(() => {}) })"],
  "a representation in a promise": ["display({ async toHtml() { await null; while (true) {} } }); 5"],
  "a user expression": ["1", "(() => { while (true) {} })()"],
  "a microtask that is left": ["void Promise.resolve().then(() => { while (true) {} }); 5"],
};

describe("kernel: an interrupt cuts off what is no cell", () => {
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
    await kernel.execute("import { comms } from '@espalier/kernel'; let kept = 42");
  });
  after(() => kernel.shutdown());

  /** Statuses and errors that were published for a message. */
  function about(id: string): readonly string[] {
    return kernel.published
      .filter(({ parent }) => parent === id)
      .flatMap((one) => {
        if (one.type === "status") return [one.content.execution_state];
        return one.type === "error" ? [one.content.ename] : [];
      });
  }

  for (const [title, code] of Object.entries(LISTENERS))
    for (const during of ["", " while a cell awaits"])
      it(`ends a comm's message when it stops ${title}${during}`, async () => {
        const id = `${title}${during}`;
        await kernel.execute(
          `comms.registerTarget(${JSON.stringify(id)}, (comm) => comm.onMessage(() => { ${code} }))`,
        );
        const cell = during === "" ? undefined : kernel.execute("await new Promise(() => {})");
        await kernel.send("comm_open", { comm_id: id, target_name: id, data: {} });
        await delay(200);
        await kernel.frontEnd.send("shell", "comm_msg", {
          content: { comm_id: id, data: {} },
          header: { msg_id: id },
        });
        await delay(300);
        await kernel.interrupt();
        while (about(id).at(-1) !== "idle") await delay(10);
        expect(about(id)).to.deep.equal(["busy", "KeyboardInterrupt", "idle"]);
        if (cell !== undefined) expect((await cell).reply).to.include({ ename: "KeyboardInterrupt" });
        expect(textOf((await kernel.execute("kept")).outputs)).to.equal("42");
        expect(about(id).filter((each) => each === "idle")).to.have.length(1);
      });

  for (const [title, [code, expression]] of Object.entries(AFTERWARDS))
    it(`ends a cell when it stops ${title}`, async () => {
      const userExpressions: Record<string, string> = expression === undefined ? {} : { expression };
      const running = kernel.execute(`let reached = 1; ${code}`, { userExpressions });
      const queued = kernel.execute("'queued'");
      await delay(400);
      await kernel.interrupt();
      const { reply, outputs } = await running;
      expect(reply).to.include({ status: "error", ename: "KeyboardInterrupt" });
      expect(outputs.filter(({ type }) => type === "error")).to.have.length(1);
      expect((await queued).reply).to.have.property("status", "aborted");
      expect(textOf((await kernel.execute("kept + reached")).outputs)).to.equal("43");
    });
});
