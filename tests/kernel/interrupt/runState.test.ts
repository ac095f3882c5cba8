import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { RunState } from "../../../kernel/src/interrupt/index.js";

function both(): [main: RunState, wire: RunState] {
  const memory = RunState.memory();
  return [new RunState(memory), new RunState(memory)];
}

describe("kernel/interrupt/runState", () => {
  it("counts the cells that run, however often their end is told", () => {
    const [main, wire] = both();
    expect(wire.running).to.equal(0);
    main.begin(1);
    main.begin(2);
    expect(wire.running).to.equal(2);
    main.end(1);
    main.end(1);
    main.end(7);
    expect(wire.running).to.equal(1);
    main.end(2);
    expect(wire.running).to.equal(0);
  });

  it("knows critical sections, nested ones and ones that throw", () => {
    const [main, wire] = both();
    const value = main.critical(() => {
      expect(wire.inCritical).to.equal(true);
      main.critical(() => {});
      return wire.inCritical;
    });
    expect(value).to.equal(true);
    const fail = () =>
      main.critical(() => {
        throw new Error("inside");
      });
    expect(fail).to.throw("inside");
    expect(wire.inCritical).to.equal(false);
  });

  it("knows work that ends by itself, until it ends or its last cell does", () => {
    const [main, wire] = both();
    main.begin(1);
    const leave = main.enterCooperative();
    main.enterCooperative();
    expect(wire.isCooperative).to.equal(true);
    leave();
    leave();
    expect(wire.isCooperative, "the other goes on").to.equal(true);
    main.end(1);
    expect(wire.isCooperative).to.equal(false);
    wire.askToStop();
    expect(main.stopAsked).to.equal(true);
    wire.calm();
    expect(main.stopAsked).to.equal(false);
  });

  it("lets the main thread stand still beside its critical sections, and go on", () => {
    const [main, wire] = both();
    const memory = RunState.memory();
    const held = new RunState(memory);
    main.critical(() => {});
    expect(wire.isStanding, "nobody holds it").to.equal(false);
    held.hold();
    const calmer = new Worker(
      `const { workerData } = require("node:worker_threads");
       const cells = new Int32Array(workerData);
       // It stands; then it is let go.
       while (Atomics.load(cells, 5) === 0);
       Atomics.store(cells, 4, 0);
       Atomics.notify(cells, 4);`,
      { eval: true, workerData: memory },
    );
    let wasStanding: boolean | undefined;
    held.critical(() => {
      wasStanding = held.isStanding;
    });
    expect(wasStanding).to.equal(false);
    expect(held.inCritical).to.equal(false);
    return calmer.terminate();
  });
});
