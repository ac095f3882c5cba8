import { expect } from "chai";
import { RunState } from "../../../kernel/src/interrupt/index.js";

describe("kernel/interrupt/runState", () => {
  function pair(): readonly [main: RunState, wire: RunState] {
    const memory = RunState.memory();
    return [new RunState(memory), new RunState(memory)];
  }

  it("says how many cells run; ending one twice is harmless", () => {
    const [main, wire] = pair();
    main.begin(1);
    main.begin(2);
    expect(wire.running).to.equal(2);
    main.end(1);
    main.end(1);
    expect(wire.running).to.equal(1);
    main.end(2);
    expect(wire.running).to.equal(0);
  });

  it("says that kernel code must not be cut off, also when it throws", () => {
    const [main, wire] = pair();
    main.critical(() => {
      main.critical(() => expect(wire.inCritical).to.equal(true));
      expect(wire.inCritical).to.equal(true);
    });
    expect(() =>
      main.critical(() => {
        throw new Error("x");
      }),
    ).to.throw("x");
    expect(wire.inCritical).to.equal(false);
  });

  it("knows what ends by itself, until it has ended or the last cell has", () => {
    const [main, wire] = pair();
    main.begin(1);
    const leave = main.enterCooperative();
    main.enterCooperative();
    expect(wire.isCooperative).to.equal(true);
    leave();
    leave();
    expect(wire.isCooperative).to.equal(true);
    main.end(1);
    expect(wire.isCooperative).to.equal(false);
    wire.askToStop();
    expect(main.stopAsked).to.equal(true);
    wire.calm();
    expect(main.stopAsked).to.equal(false);
  });
});
