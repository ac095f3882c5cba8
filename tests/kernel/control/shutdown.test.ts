import { expect } from "chai";
import { Shutdown, type ShutdownOptions } from "../../../kernel/src/control/shutdown.js";
import { requestOf } from "../requests.js";

/** What is done, in order. */
function setUp(options: Partial<ShutdownOptions> = {}) {
  const steps: string[] = [];
  let killed = (): void => {};
  const ended = new Promise<void>((resolve) => {
    killed = resolve;
  });
  const step = (name: string) => async (): Promise<void> => void steps.push(name);
  const kill = (): void => {
    steps.push("kill");
    killed();
  };
  const steppers = { flush: step("flush"), ask: step("ask"), interrupt: step("interrupt"), kill };
  const shutdown = new Shutdown({ ...steppers, patienceMs: 10, ...options });
  return { steps, ended, shutdown };
}

describe("kernel/control/shutdown", () => {
  it("delivers, asks, stops what runs, asks again, and at last kills", async () => {
    const { steps, shutdown } = setUp();
    await shutdown.end();
    expect(steps).to.deep.equal(["flush", "ask", "interrupt", "ask", "kill"]);
  });

  it("ends once, however often it is asked", async () => {
    const { steps, shutdown } = setUp();
    await Promise.all([shutdown.end(), shutdown.end()]);
    await shutdown.end();
    expect(steps).to.have.length(5);
  });

  it("ends although nothing is delivered and nothing can be stopped", async () => {
    const { steps, shutdown } = setUp({ flush: () => new Promise(() => {}), interrupt: () => new Promise(() => {}) });
    await shutdown.end();
    expect(steps).to.deep.equal(["ask", "ask", "kill"]);
  });

  it("replies before it ends, with what was asked", async () => {
    for (const restart of [false, true]) {
      const { steps, shutdown, ended } = setUp();
      const reply = await shutdown.handlers.shutdown_request!(requestOf("shutdown_request", { restart }));
      expect(reply).to.deep.equal({ content: { status: "ok", restart } });
      expect(steps, "the reply is sent first").to.deep.equal([]);
      await ended;
    }
  });
});
