import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { CASES, HEALTH } from "./cases.js";
import { CellProcess, type Interrupted } from "./cellProcess.js";

describe("kernel/interrupt/interrupter", () => {
  let cells: CellProcess;

  before(async () => {
    cells = await CellProcess.start();
    await cells.run("state.kept = 0;");
  });
  after(() => cells.close());

  /** Interrupts a cell, and finds the main thread well and the variables as the cell left them. */
  async function stop(code: string): Promise<Interrupted> {
    const before = (await cells.run("return state.kept;")).value as number;
    await cells.begin(`state.kept++; ${code}`);
    // What the cell schedules must have begun: what begins after the cell has ended belongs to no cell.
    await delay(50);
    const interrupted = await cells.interrupt();
    expect(await cells.next("ended")).to.have.property("how", "interrupted");
    expect(await cells.run(HEALTH)).to.deep.include({ how: "value", value: "healthy" });
    expect((await cells.run("return state.kept;")).value).to.equal(before + 1);
    expect(cells.uncaught).to.deep.equal([]);
    return interrupted;
  }

  for (const { title, code, outcome = "terminated", ran } of CASES) {
    it(`stops ${title}`, async () => {
      expect(await stop(code)).to.have.property("outcome", outcome);
      if (ran !== undefined) expect((await cells.run("return state.ran;")).value).to.deep.equal(ran);
    });
  }

  it("stops cells twenty times in a row", async () => {
    const several = CASES.filter(({ outcome }) => outcome === undefined);
    for (let round = 0; round < 20; round++) {
      const { title, code } = several[(7 * round) % several.length]!;
      expect(await stop(code), title).to.have.property("outcome", "terminated");
    }
  });

  it("stops nothing when nothing runs, and nothing that comes later", async () => {
    expect(await cells.interrupt()).to.have.property("outcome", "idle");
    expect(await cells.run("await null; return 1;")).to.deep.include({ how: "value", value: 1 });
  });

  it("stops what a cell that has ended left behind, when it keeps the event loop from turning", async () => {
    await cells.run("setTimeout(() => { state.left = true; for (;;) {} }, 1);");
    while ((await cells.interrupt()).outcome === "idle");
    expect(await cells.run(HEALTH)).to.deep.include({ value: "healthy" });
    expect((await cells.run("return state.left;")).value).to.equal(true);
  });

  it("leaves alone what a cell that has ended does in the background", async () => {
    await cells.run("state.ticks = 0; state.timer = setInterval(() => state.ticks++, 1);");
    await stop("await new Promise(() => {});");
    await stop("for (;;) await null;");
    const after = await cells.run(`
      const before = state.ticks;
      await new Promise((resolve) => setTimeout(resolve, 20));
      clearInterval(state.timer);
      return state.ticks > before;`);
    expect(after).to.deep.include({ value: true });
  });

  it("stops all cells that run", async () => {
    const first = await cells.begin("await new Promise(() => {});");
    const second = await cells.begin("for (;;) {}");
    expect(await cells.interrupt()).to.have.property("outcome", "terminated");
    const ended = [await cells.next("ended"), await cells.next("ended")];
    expect(ended.map(({ serial, how }) => [serial, how])).to.have.deep.members([
      [first, "interrupted"],
      [second, "interrupted"],
    ]);
  });

  it("waits for a native operation and stops what follows it", async () => {
    await stop(`tools.require("node:child_process").spawnSync("sleep", ["0.5"]); for (;;) {}`);
  });

  it("takes an interrupt during another for the same", async () => {
    await cells.begin("for (;;) {}");
    cells.send({ kind: "interrupt" });
    cells.send({ kind: "interrupt" });
    expect((await cells.next("interrupted")).outcome).to.equal("terminated");
    expect((await cells.next("interrupted")).outcome).to.equal("terminated");
    await cells.next("ended");
  });

  describe("with work that ends by itself", () => {
    const work = (condition: string) => `
      const leave = tools.runState.enterCooperative();
      while (${condition}) await new Promise((resolve) => setTimeout(resolve, 5));
      leave();
      return "what is there so far";`;

    it("asks it and terminates nothing", async () => {
      await cells.begin(work("!tools.runState.stopAsked"));
      await cells.run("return 'by now the other has entered';");
      expect(await cells.interrupt()).to.have.property("outcome", "cooperated");
      expect(await cells.next("ended")).to.deep.include({ how: "value", value: "what is there so far" });
      await cells.next("asked");
      expect((await cells.run("return tools.runState.stopAsked;")).value).to.equal(false);
    });

    it("terminates what does not", async () => {
      await cells.begin(work("true"));
      await cells.run("return 'by now the other has entered';");
      expect(await cells.interrupt()).to.have.property("outcome", "terminated");
      expect(await cells.next("ended")).to.have.property("how", "interrupted");
      await cells.next("asked");
      expect((await cells.run("return tools.runState.isCooperative;")).value).to.equal(false);
    });
  });

  describe("beside a debugger", () => {
    async function debug(on: boolean): Promise<void> {
      cells.send({ kind: "debug", on });
      await cells.next("debugging");
    }

    beforeEach(() => debug(true));
    afterEach(() => debug(false));

    it("shows it none of its own pauses, and leaves it enabled", async () => {
      await stop("for (;;) {}");
      await stop("await new Promise(() => {});");
      await stop("for (;;) await null;");
      expect(cells.passed("paused")).to.deep.equal([]);
      await cells.begin("debugger;");
      await cells.next("paused");
      cells.send({ kind: "resume" });
      await cells.next("resumed");
      await cells.next("ended");
    });

    it("stops a cell that is paused, and the debugger hears that it goes on", async () => {
      await cells.begin("debugger; state.reached = true;");
      await cells.next("paused");
      expect(await cells.interrupt()).to.have.property("outcome", "terminated");
      await cells.next("resumed");
      expect(await cells.next("ended")).to.have.property("how", "interrupted");
      expect((await cells.run("return state.reached ?? false;")).value).to.equal(false);
    });
  });
});
