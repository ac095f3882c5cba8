import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { SendQueue } from "../../../kernel/src/wire/sendQueue.js";

/** A socket that complains of a second send before the first has ended. */
class StrictSocket {
  readonly sent: string[] = [];
  #busy = false;
  failAt = "";
  wait: () => Promise<unknown> = () => Promise.resolve();

  async send(item: string): Promise<void> {
    if (this.#busy) throw new Error("two sends at once");
    this.#busy = true;
    await this.wait();
    this.#busy = false;
    if (item === this.failAt) throw new Error(`${item} failed`);
    this.sent.push(item);
  }
}

function queueOf(socket: StrictSocket, waitingBytes?: number) {
  const errors: string[] = [];
  const queue = new SendQueue<string>({
    send: (item) => socket.send(item),
    bytesOf: ({ length }) => length,
    onError: (error) => errors.push((error as Error).message),
    ...(waitingBytes === undefined ? {} : { waitingBytes }),
  });
  return { queue, errors };
}

describe("kernel/wire/sendQueue", () => {
  it("sends one at a time and in order, however pushes and turns mix", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 40 }), async (pauses) => {
        const socket = new StrictSocket();
        socket.wait = () => (socket.sent.length % 3 === 0 ? new Promise(setImmediate) : Promise.resolve());
        const { queue, errors } = queueOf(socket);
        for (const [i, pause] of pauses.entries()) {
          void queue.push(String(i));
          if (pause === 1) await new Promise(setImmediate);
          if (pause === 2) await queue.flush();
        }
        await queue.flush();
        expect(socket.sent).to.deep.equal(pauses.map((_, i) => String(i)));
        expect(errors).to.deep.equal([]);
        expect(queue.waiting).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });

  it("flush waits for what was pushed before it, not for what follows", async () => {
    const socket = new StrictSocket();
    socket.wait = () => delay(2);
    const { queue } = queueOf(socket);
    void queue.push("a");
    void queue.push("b");
    const flushed = queue.flush().then(() => socket.sent.length);
    for (let i = 0; i < 20; i++) void queue.push("later");
    expect(await flushed).to.be.within(2, 4);
    queue.close();
    await queue.flush();
  });

  it("holds back who awaits, so that it never holds more than its limit and one", async () => {
    const socket = new StrictSocket();
    socket.wait = () => new Promise(setImmediate);
    const { queue } = queueOf(socket, 100);
    let most = 0;
    for (let i = 0; i < 100; i++) {
      await queue.push("0123456789");
      most = Math.max(most, queue.waiting);
    }
    await queue.flush();
    expect(most).to.be.within(60, 110);
    expect(socket.sent).to.have.length(100);
  });

  it("tells an error and goes on; after closing it passes over everything silently", async () => {
    const socket = new StrictSocket();
    socket.failAt = "b";
    const { queue, errors } = queueOf(socket);
    for (const item of ["a", "b", "c"]) void queue.push(item);
    await queue.flush();
    expect(socket.sent).to.deep.equal(["a", "c"]);
    expect(errors).to.deep.equal(["b failed"]);
    socket.wait = () => delay(5);
    void queue.push("b");
    void queue.push("d");
    await new Promise(setImmediate);
    queue.close();
    queue.close();
    await queue.push("e");
    await queue.flush();
    expect(socket.sent).to.deep.equal(["a", "c"]);
    expect(errors).to.deep.equal(["b failed"]);
  });

  it("lets the thread answer others while it is full", async () => {
    const { queue } = queueOf(new StrictSocket());
    for (let i = 0; i < 200_000; i++) void queue.push("x");
    let turns = 0;
    let done = false;
    const flushed = queue.flush().then(() => {
      done = true;
    });
    while (!done) {
      turns++;
      await new Promise(setImmediate);
    }
    await flushed;
    expect(turns).to.be.greaterThan(10);
  });
});
