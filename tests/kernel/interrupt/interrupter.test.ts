import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { CASES, HEALTH } from "./cases.js";
import { CellProcess } from "./cellProcess.js";

describe("kernel/interrupt/interrupter", () => {
  let cells: CellProcess;

  before(async () => {
    cells = await CellProcess.start();
    await cells.run("state.kept = 42;");
  });
  after(() => cells.close());

  async function expectHealth(): Promise<void> {
    expect(await cells.run(HEALTH)).to.include({ how: "value", value: "healthy" });
    expect(await cells.run("return state.kept;")).to.include({ how: "value", value: 42 });
    expect(cells.uncaught).to.deep.equal([]);
  }

  for (const { title, code, outcome = "terminated" } of CASES) {
    it(`stops ${title}, and leaves the thread well`, async () => {
      await cells.begin(code);
      await delay(50);
      const interrupted = await cells.interrupt();
      expect(interrupted).to.include({ outcome, critical: false });
      expect(await cells.next("ended")).to.have.property("how", "interrupted");
      await expectHealth();
    });
  }

  it("stops the same process again and again", async () => {
    for (let i = 0; i < 20; i++) {
      await cells.begin(i % 2 === 0 ? "for (;;) {}" : "for (;;) await null;");
      await delay(5);
      await cells.interrupt();
      expect(await cells.next("ended")).to.have.property("how", "interrupted");
    }
    await expectHealth();
  });

  it("stops nothing when nothing runs", async () => {
    expect(await cells.interrupt()).to.have.property("outcome", "idle");
    await expectHealth();
  });

  it("stops what runs while a debugger is attached, and tells it of no pause of its own", async () => {
    cells.send({ kind: "debug", on: true });
    await cells.next("debugging");
    await cells.begin("for (;;) {}");
    await delay(50);
    expect(await cells.interrupt()).to.have.property("outcome", "terminated");
    await cells.next("ended");
    cells.send({ kind: "debug", on: false });
    await cells.next("debugging");
    await expectHealth();
  });
});
