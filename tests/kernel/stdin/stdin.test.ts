import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MessageChannel, Worker } from "node:worker_threads";
import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { type Question, Stdin } from "../../../kernel/src/stdin/index.js";
import { request } from "../dispatch/mockWire.js";

const { message } = request("execute_request", { code: "" });

function question(prompt: string, more: Partial<Question> = {}): Question {
  return { request: message, isAllowed: true, prompt, password: false, ...more };
}

/** What asks, what was asked, and a front end that types. */
function setUp() {
  const { port1, port2 } = new MessageChannel();
  const count = new SharedArrayBuffer(4);
  const asked: string[] = [];
  const stdin = new Stdin({ send: (_request, { prompt }) => void asked.push(prompt), port: port1, count });
  const type = async (text: string): Promise<void> => {
    port2.postMessage(text);
    await nextTurn();
    await nextTurn();
  };
  return { stdin, asked, type, port2, count, close: () => port2.close() };
}

describe("kernel/stdin/stdin", () => {
  it("sends the question to who sent the request, with all that it says", async () => {
    const sent: unknown[] = [];
    const { port1, port2 } = new MessageChannel();
    const count = new SharedArrayBuffer(4);
    const stdin = new Stdin({ send: (...parameters) => void sent.push(parameters), port: port1, count });
    void stdin.ask(question("Word?", { password: true }));
    await nextTurn();
    expect(sent).to.deep.equal([[message, { prompt: "Word?", password: true }]]);
    port2.close();
  });

  it("asks one question at a time, in order, each with its own answer", async () => {
    const { stdin, asked, type, close } = setUp();
    const answers = [stdin.ask(question("a")), stdin.ask(question("b"))];
    await nextTurn();
    expect(asked).to.deep.equal(["a"]);
    await type("1");
    expect(asked).to.deep.equal(["a", "b"]);
    await type("2");
    expect(await Promise.all(answers)).to.deep.equal(["1", "2"]);
    close();
  });

  it("drops what is typed while nobody asks", async () => {
    const { stdin, type, close } = setUp();
    await type("too early");
    const answer = stdin.ask(question("a"));
    await nextTurn();
    await type("in time");
    expect(await answer).to.equal("in time");
    close();
  });

  it("refuses to ask where nobody answers, and asks the next question all the same", async () => {
    const { stdin, asked, type, close } = setUp();
    const error = await stdin.ask(question("a", { isAllowed: false })).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(KernelError);
    expect(() => stdin.askNow(question("b", { isAllowed: false }))).to.throw(KernelError, "allow_stdin: false");
    const next = stdin.ask(question("c"));
    await nextTurn();
    await type("3");
    expect(await next).to.equal("3");
    expect(asked).to.deep.equal(["c"]);
    close();
  });

  it("waits for nobody after an interrupt: neither the question that was asked nor those behind it", async () => {
    const { stdin, asked, type, close } = setUp();
    const answered: string[] = [];
    for (const prompt of ["a", "b"]) void stdin.ask(question(prompt)).then((text) => answered.push(text));
    await nextTurn();
    stdin.cancel();
    await type("for nobody");
    const next = stdin.ask(question("c"));
    await nextTurn();
    await type("for c");
    expect(await next).to.equal("for c");
    expect(answered).to.deep.equal([]);
    expect(asked).to.deep.equal(["a", "c"]);
    close();
  });

  it("blocks until the answer is there, and takes none that was typed before the question", async () => {
    const { stdin, asked, port2, count } = setUp();
    port2.postMessage("before");
    const typist = new Worker(
      `const { workerData: { port, count } } = require("node:worker_threads");
       const cells = new Int32Array(count);
       setTimeout(() => { port.postMessage("after"); Atomics.add(cells, 0, 1); Atomics.notify(cells, 0); port.close(); }, 100);`,
      { eval: true, workerData: { port: port2, count }, transferList: [port2] },
    );
    await once(typist, "online");
    expect(stdin.askNow(question("now?"))).to.equal("after");
    expect(asked).to.deep.equal(["now?"]);
    await typist.terminate();
  });
});
