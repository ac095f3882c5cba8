import { expect } from "chai";
import { Execution, Interrupted } from "../../../kernel/src/session/execution.js";
import { turns } from "../dispatch/mockWire.js";

describe("kernel/session/execution", () => {
  const outcomeOf = async (run: () => unknown) => {
    const execution = new Execution();
    execution.start(run);
    return execution.outcome;
  };

  it("has the outcome of what it runs: a value, a promise's, or what is thrown", async () => {
    expect(await outcomeOf(() => 1)).to.deep.equal({ ok: true, value: 1 });
    expect(await outcomeOf(async () => 2)).to.deep.equal({ ok: true, value: 2 });
    const error = new Error("x");
    const throwing = (): never => {
      throw error;
    };
    expect(await outcomeOf(throwing)).to.deep.equal({ ok: false, error });
    expect(await outcomeOf(() => Promise.reject(error))).to.deep.equal({ ok: false, error });
    expect(await outcomeOf(() => Promise.reject(undefined))).to.deep.equal({ ok: false, error: undefined });
  });

  it("runs in a turn of its own", () => {
    let isRun = false;
    new Execution().start(() => {
      isRun = true;
    });
    expect(isRun).to.equal(false);
  });

  it("runs nothing that was ended before", async () => {
    let isRun = false;
    const execution = new Execution();
    execution.start(() => {
      isRun = true;
    });
    execution.interrupt(new Interrupted());
    await turns();
    expect(isRun).to.equal(false);
    expect(await execution.outcome).to.have.property("ok", false);
  });

  it("ends by the first of its end and an interrupt", async () => {
    const pending = new Execution();
    pending.start(() => new Promise(() => {}));
    const reason = new Interrupted();
    pending.interrupt(reason);
    pending.interrupt(new Error("later"));
    expect(await pending.outcome).to.deep.equal({ ok: false, error: reason });
    const ended = new Execution();
    ended.start(() => 5);
    await ended.outcome;
    ended.interrupt(reason);
    expect(await ended.outcome).to.deep.equal({ ok: true, value: 5 });
  });
});
