import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import {
  type StreamName,
  StreamPump,
  type StreamPumpOptions,
  StreamWriter,
  streamRingMemory,
} from "../../../kernel/src/streams/index.js";
import { type RingThreadData, texts } from "./ringThread.js";

type Text = [parent: number, name: StreamName, text: string];

function setUp(options: Partial<StreamPumpOptions> = {}) {
  const published: Text[] = [];
  const memory = options.memory ?? streamRingMemory();
  const publish = (...text: Text) => void published.push(text);
  const pump = new StreamPump({ memory, publish, delayMs: 5, ...options });
  return { published, memory, pump, writer: new StreamWriter(memory, () => setImmediate(() => pump.wake())) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("kernel/streams/streamPump", () => {
  it("publishes by itself what is printed, again and again", async () => {
    const { published, pump, writer } = setUp();
    for (let round = 1; round <= 5; round++) {
      for (const text of ["a", "b", "c"]) writer.write(round, "stdout", text);
      await until(() => published.length === round);
      expect(published.at(-1)).to.deep.equal([round, "stdout", "abc"]);
    }
    pump.close();
  });

  it("publishes what comes after a message that caught up", async () => {
    const { published, pump, writer } = setUp({ delayMs: 300 });
    writer.write(1, "stdout", "a");
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    // The first text waits to be published, so the next would wake nobody.
    writer.write(1, "stdout", "b");
    pump.catchUp(writer.position);
    expect(published).to.deep.equal([[1, "stdout", "ab"]]);
    writer.write(1, "stdout", "c");
    await until(() => published.length === 2);
    pump.close();
  });

  it("catches up to a position, and leaves what was written later for later", async () => {
    const { published, pump, writer } = setUp();
    writer.write(1, "stdout", "before");
    const position = writer.position;
    writer.write(1, "stdout", "after");
    pump.catchUp(position);
    expect(published).to.deep.equal([[1, "stdout", "before"]]);
    pump.catchUp();
    expect(published).to.deep.equal([
      [1, "stdout", "before"],
      [1, "stdout", "after"],
    ]);
    pump.close();
  });

  it("keeps what was printed after a message in the ring until the message has gone out", async () => {
    const { published, pump, writer } = setUp({ delayMs: 1 });
    const sent = ["a", "b"].map((text) => {
      writer.write(1, "stdout", text);
      const { position } = writer;
      writer.fence(position);
      return position;
    });
    writer.write(1, "stdout", "c");
    await until(() => published.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const position of sent) {
      pump.catchUp(position);
      published.push([1, "stdout", "message"]);
      pump.pass(position);
    }
    await until(() => published.length === 5);
    expect(published.map(([, , text]) => text)).to.deep.equal(["a", "message", "b", "message", "c"]);
    writer.fence(writer.position);
    writer.write(1, "stdout", "d");
    pump.close();
    expect(published.at(-1)).to.deep.equal([1, "stdout", "d"]);
  });

  it("puts text that comes another way behind what was printed", () => {
    const { published, pump, writer } = setUp();
    writer.write(1, "stdout", "a");
    pump.add(1, "stdout", "child");
    writer.write(1, "stdout", "b");
    pump.close();
    pump.close();
    pump.add(1, "stdout", "too late");
    expect(published).to.deep.equal([[1, "stdout", "achildb"]]);
  });

  it("reads no more than it can publish, and the writer waits meanwhile", async () => {
    const memory = streamRingMemory(2 ** 14);
    const published: string[] = [];
    let taken = () => {};
    const publish = (_parent: number, _name: StreamName, text: string) => {
      published.push(text);
      return new Promise<void>((resolve) => (taken = resolve));
    };
    const { pump } = setUp({ memory, publish, maxLength: 1000 });
    const data: RingThreadData = { memory, seed: 5, count: 3000 };
    const worker = new Worker(new URL("./ringThread.js", import.meta.url), { workerData: data });
    let finished = false;
    worker.on("message", (message) => {
      if (message === "wake") pump.wake();
      else finished = true;
    });
    await until(() => published.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = published.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(published.length).to.equal(before);
    expect(finished).to.equal(false);
    const exited = once(worker, "exit");
    const feeding = setInterval(() => {
      for (let i = 0; i < 100; i++) setImmediate(() => taken());
    }, 1);
    await exited;
    clearInterval(feeding);
    pump.close();
    let expected = "";
    for (const { parent, text } of texts(5)) {
      if (parent === 3000) break;
      expected += text;
    }
    expect(published.join("")).to.equal(expected);
  });

  it("lets its thread answer others while it reads a burst, and publishes within it", async () => {
    const memory = streamRingMemory();
    const { pump, published } = setUp({ memory, publish: (...text) => void published.push(text) });
    const data: RingThreadData = { memory, seed: 9, count: null };
    const worker = new Worker(new URL("./ringThread.js", import.meta.url), { workerData: data });
    worker.on("message", () => pump.wake());
    let turns = 0;
    await until(() => published.length > 0 && ++turns > 50);
    await worker.terminate();
    pump.close();
    expect(published.length).to.be.greaterThan(50);
  });
});
