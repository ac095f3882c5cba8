import { expect } from "chai";
import type { RefusedCell } from "../../../kernel/src/language/index.js";
import { type CellContext, OutOfMemory } from "../../../kernel/src/session/index.js";
import { turns } from "../dispatch/mockWire.js";
import { converted, declaring, MockSession } from "./mockSession.js";

const REFUSED: RefusedCell = {
  ok: false,
  diagnostics: [{ line: 0, column: 4, length: 1, code: 2322, message: "No number.", isSyntactic: false }],
};

describe("kernel/session/cellExecutor", () => {
  it("says what it runs, publishes the result, and counts", async () => {
    const session = new MockSession({ one: converted("return [1]"), two: converted("return [2]") });
    const reply = { status: "ok", execution_count: 1, user_expressions: {}, payload: [] };
    expect(await session.execute("one")).to.deep.equal(reply);
    await session.execute("two");
    expect(session.published.map(({ type, content }) => [type, content])).to.deep.equal([
      ["execute_input", { code: "one", execution_count: 1 }],
      ["execute_result", { data: { "text/plain": "1" }, metadata: {}, execution_count: 1 }],
      ["execute_input", { code: "two", execution_count: 2 }],
      ["execute_result", { data: { "text/plain": "2" }, metadata: {}, execution_count: 2 }],
    ]);
    expect(session.remembered.flat()).to.deep.equal([1, "one", 2, "two"]);
    expect(session.rememberedOutputs.flat()).to.deep.equal([1, "1", 2, "2"]);
  });

  it("shows null, and not undefined nor a cell without a last expression", async () => {
    const session = new MockSession({ null: converted("return [null]"), undefined: converted("return [undefined]") });
    for (const code of ["undefined", "nothing", "null"]) await session.execute(code);
    expect(session.rememberedOutputs).to.deep.equal([[3, "null"]]);
  });

  it("neither publishes, stores nor counts a silent cell, and counts no cell that is not stored", async () => {
    const session = new MockSession({ one: converted("return [1]"), throw: converted("throw new Error('x')") });
    expect(await session.execute("one", { silent: true })).to.include({ status: "ok", execution_count: 1 });
    expect(await session.execute("throw", { silent: true })).to.include({ status: "error" });
    expect(session.published).to.deep.equal([]);
    expect(await session.execute("one", { store_history: false })).to.include({ execution_count: 1 });
    expect(session.remembered).to.deep.equal([]);
    expect(await session.execute("one")).to.include({ execution_count: 1 });
  });

  it("tells who may interrupt while a cell runs, and no longer", async () => {
    const seen: number[] = [];
    const session: MockSession = new MockSession(
      { throw: converted("throw new Error('x')") },
      { settled: async () => void seen.push(session.running.size) },
    );
    for (const code of ["nothing", "throw", " "]) await session.execute(code);
    expect(seen).to.deep.equal([1, 1]);
    expect(session.running.size).to.equal(0);
  });

  it("fails with what the cell throws or promises, and with what the engine refuses", async () => {
    const session = new MockSession({
      throw: converted("throw new RangeError('thrown')"),
      reject: converted("throw new TypeError('rejected')", { isAsync: true }),
      wrong: converted("const const = 1"),
    });
    expect(await session.execute("throw")).to.include({ status: "error", ename: "RangeError", evalue: "thrown" });
    expect(await session.execute("reject")).to.include({ ename: "TypeError", evalue: "rejected" });
    expect(await session.execute("wrong")).to.include({ ename: "SyntaxError" });
    expect(session.types.filter((type) => type === "error")).to.have.length(3);
  });

  it("does not run what TypeScript refuses", async () => {
    const session = new MockSession({ wrong: REFUSED });
    expect(await session.execute("wrong")).to.include({ status: "error", ename: "TypeScriptError" });
    expect(session.types).to.deep.equal(["execute_input", "error"]);
    expect(session.adopted).to.deep.equal([]);
  });

  it("shows type errors of a cell that runs all the same, and why they could not be looked for", async () => {
    for (const [check, text] of [
      [async () => REFUSED.diagnostics, /No number\./],
      [() => Promise.reject(new Error("The service ended.")), /^The service ended\.\n$/],
    ] as const) {
      const session = new MockSession({ one: converted("return [1]") }, { typeErrors: () => "show", check });
      expect(await session.execute("one")).to.include({ status: "ok" });
      expect(session.types).to.deep.equal(["execute_input", "stream", "execute_result"]);
      expect(session.published[1]!.content).to.include({ name: "stderr" }).with.property("text").that.matches(text);
    }
  });

  it("withdraws names that the cell did not reach, and keeps their values from before", async () => {
    const session = new MockSession({
      first: declaring(["a", "b"], "$a.v = 1; $b.v = 2"),
      second: declaring(["a", "b"], "$a.v = 10; throw new Error('before b')"),
    });
    await session.execute("first");
    await session.execute("second");
    expect(Object.fromEntries(session.scope.values())).to.deep.equal({ a: 10, b: 2 });
    expect(session.settled).to.deep.equal([
      { cell: 1, unset: [] },
      { cell: 2, unset: ["b"] },
    ]);
  });

  it("waits for what a debugger is told of the cell", async () => {
    const announced: string[] = [];
    let goOn = (): void => {};
    const session = new MockSession(
      { one: converted("return [1]") },
      {
        announce: ({ label }) => {
          announced.push(label);
          return new Promise<void>((resolve) => {
            goOn = resolve;
          });
        },
      },
    );
    const running = session.execute("one");
    await turns();
    expect(announced).to.deep.equal(["Cell In[1]"]);
    expect(session.adopted).to.deep.equal([]);
    goOn();
    expect(await running).to.include({ status: "ok" });
  });

  it("evaluates user expressions, each with its own outcome", async () => {
    const session = new MockSession({
      good: converted("return [5]"),
      bad: converted("throw new RangeError('no')"),
      wrong: REFUSED,
    });
    const asked = { user_expressions: { a: "good", b: "bad", c: "wrong" } };
    const results = (await session.execute("cell", asked))["user_expressions"] as Record<string, object>;
    expect(results["a"]).to.deep.equal({ status: "ok", data: { "text/plain": "5" }, metadata: {} });
    expect(results["b"]).to.deep.equal({ status: "error", ename: "RangeError", evalue: "no", traceback: [] });
    expect(results["c"]).to.include({ status: "error", ename: "TypeScriptError" });
    expect(session.types).to.deep.equal(["execute_input"]);
  });

  it("fails a running cell with the first of its stray errors, and shows all of them in it", async () => {
    let context: CellContext | undefined;
    const session: MockSession = new MockSession(
      { run: converted("return [1]") },
      {
        settled: async () => {
          context = session.contexts.current;
          for (const name of ["first", "second"]) session.executor.stray(new Error(name));
          expect(session.executor.owns(context)).to.equal(true);
        },
      },
    );
    session.executor.stray(new Error("of nobody"));
    const request = session.request("run");
    expect((await session.executor.execute(request)).content).to.include({ status: "error", evalue: "first" });
    session.executor.stray(new Error("late"));
    const errors = session.published.filter(({ type }) => type === "error");
    expect(errors.map(({ content }) => content["evalue"])).to.deep.equal(["first", "second", "late"]);
    expect(new Set(errors.map(({ parent }) => parent))).to.deep.equal(new Set([request.message.header.msg_id]));
    expect(session.executor.owns(context)).to.equal(false);
  });

  it("adds a payload to the reply of the cell that runs, and to no other", async () => {
    const payload = { source: "page", start: 0 };
    const session: MockSession = new MockSession(
      {},
      {
        settled: async () => {
          session.executor.addPayload(session.contexts.current, payload);
          session.executor.addPayload(undefined, { source: "lost" });
        },
      },
    );
    expect(await session.execute("a")).to.deep.include({ payload: [payload] });
  });
});

describe("kernel/session/cellExecutor: interrupts", () => {
  const never = { never: converted("return new Promise(() => {})") };

  it("end a cell that awaits, with a sentence or with another reason", async () => {
    for (const [reason, ename] of [
      [undefined, "KeyboardInterrupt"],
      [new OutOfMemory(), "OutOfMemory"],
    ] as const) {
      const session = new MockSession(never);
      const running = session.execute("never");
      await turns();
      session.executor.interrupt(reason);
      expect(await running).to.include({ status: "error", ename });
      await turns(15);
      expect(session.types).to.deep.equal(["execute_input", "error"]);
      expect(session.running.size).to.equal(0);
    }
  });

  it("end a cell that is not converted yet; it does not run", async () => {
    const session = new MockSession({ one: declaring(["a"], "$a.v = 1") });
    const running = session.execute("one");
    session.executor.interrupt();
    expect(await running).to.include({ ename: "KeyboardInterrupt" });
    await turns();
    expect([...session.scope.values()]).to.deep.equal([]);
  });

  it("end a cell whose result is never represented, and publish nothing if it is after all", async () => {
    let represent = (): void => {};
    const session = new MockSession(
      { one: declaring(["a"], "$a.v = 1; return [1]") },
      {
        toMimeBundle: () =>
          new Promise((resolve) => {
            represent = () => resolve({ data: { "text/plain": "late" }, metadata: {} });
          }),
      },
    );
    const running = session.execute("one");
    await turns();
    session.executor.interrupt();
    expect(await running).to.include({ ename: "KeyboardInterrupt" });
    represent();
    await turns();
    expect(session.types).to.deep.equal(["execute_input", "error"]);
    expect(session.settled, "once").to.deep.equal([{ cell: 1, unset: [] }]);
  });

  it("end user expressions that never end", async () => {
    const session = new MockSession(never);
    const running = session.execute("ok", { user_expressions: { x: "never" } });
    await turns();
    session.executor.interrupt();
    expect(await running).to.include({ status: "error", ename: "KeyboardInterrupt" });
  });

  it("leave cells alone that come later", async () => {
    const session = new MockSession({ one: converted("return [1]") });
    session.executor.interrupt();
    expect(await session.execute("one")).to.include({ status: "ok" });
  });
});
