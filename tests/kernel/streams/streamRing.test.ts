import { once } from "node:events";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import fc from "fast-check";
import {
  type StreamName,
  StreamReader,
  StreamWriter,
  streamRingMemory,
  type TakeText,
} from "../../../kernel/src/streams/index.js";
import { type RingThreadData, texts } from "./ringThread.js";

type Text = [parent: number, name: StreamName, text: string];

function setUp(bytes?: number, wake: () => void = () => {}) {
  const memory = streamRingMemory(bytes);
  return { memory, writer: new StreamWriter(memory, wake), reader: new StreamReader(memory) };
}

function collect(read: (take: TakeText) => void): Text[] {
  const taken: Text[] = [];
  read((parent, name, text) => taken.push([parent, name, text]));
  return taken;
}

/** Neighbours of the same parent and stream as one, because long texts come in pieces. */
function joined(all: readonly Text[]): Text[] {
  const result: Text[] = [];
  for (const [parent, name, text] of all) {
    const last = result.at(-1);
    if (last !== undefined && last[0] === parent && last[1] === name) last[2] += text;
    else result.push([parent, name, text]);
  }
  return result;
}

function startThread(memory: SharedArrayBuffer, seed: number, count: number | null): Worker {
  const data: RingThreadData = { memory, seed, count };
  return new Worker(new URL("./ringThread.js", import.meta.url), { workerData: data });
}

describe("kernel/streams/streamRing: one thread", () => {
  it("gives texts as they were written, in order", () => {
    const { writer, reader } = setUp();
    const written: Text[] = [
      [1, "stdout", "a\r\u001b[0m\0"],
      [2 ** 32 - 1, "stderr", "äöü€𝛼👩‍🔬"],
      [0, "stdout", "\n"],
    ];
    for (const text of written) writer.write(...text);
    writer.write(3, "stdout", "");
    expect(collect((take) => reader.read(take))).to.deep.equal(written);
    expect(collect((take) => reader.read(take))).to.deep.equal([]);
  });

  it("reads until a position, and no farther", () => {
    const { writer, reader } = setUp();
    writer.write(1, "stdout", "before");
    const position = writer.position;
    writer.write(1, "stdout", "after");
    expect(collect((take) => reader.readUntil(position, take))).to.deep.equal([[1, "stdout", "before"]]);
    expect(collect((take) => reader.readUntil(position, take))).to.deep.equal([]);
    expect(collect((take) => reader.readUntil(Number.POSITIVE_INFINITY, take))).to.deep.equal([[1, "stdout", "after"]]);
  });

  it("writes whatever texts come, around the end again and again", () => {
    const content = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((text) => text.slice(0, 60)),
    );
    const name = fc.constantFrom<StreamName>("stdout", "stderr");
    const text = fc.tuple(fc.nat({ max: 2 ** 32 - 1 }), name, content);
    const ring = fc.property(fc.array(text, { maxLength: 60 }), fc.constantFrom(512, 1024, 4096), (all, bytes) => {
      const { writer, reader } = setUp(bytes);
      const read: Text[] = [];
      for (const each of all) {
        writer.write(...each);
        read.push(...collect((take) => reader.read(take)));
        expect(reader.waiting).to.equal(0);
      }
      const wellFormed = all.map(([parent, stream, each]): Text => [parent, stream, Buffer.from(each).toString()]);
      expect(joined(read)).to.deep.equal(joined(wellFormed));
    });
    fc.assert(ring, { numRuns: 300 });
  });

  it("keeps its place beyond 2^32 bytes", () => {
    const memory = streamRingMemory(2 ** 12);
    const near = 2 ** 32 - 64;
    // As if so much had been written and read.
    for (const cell of [0, 16]) new Int32Array(memory)[cell] = near;
    const [writer, reader] = [new StreamWriter(memory, () => {}), new StreamReader(memory)];
    for (let i = 0; i < 1000; i++) {
      writer.write(i, "stdout", "0123456789");
      expect(writer.position).to.be.within(near + 24 * (i + 1), near + 26 * (i + 1) + 40);
      expect(collect((take) => reader.readUntil(writer.position, take))).to.deep.equal([[i, "stdout", "0123456789"]]);
    }
  });

  it("wakes the reader once for each request, when so much is there", () => {
    let woken = 0;
    const { writer, reader } = setUp(4096, () => woken++);
    expect(reader.askForWake(1)).to.equal(true);
    for (let i = 0; i < 3; i++) writer.write(0, "stdout", "x");
    expect(woken).to.equal(1);
    expect(reader.askForWake(1), "it is there already").to.equal(false);
    reader.read(() => {});
    expect(reader.askForWake(1000)).to.equal(true);
    for (let i = 0; i < 62; i++) writer.write(0, "stdout", "x");
    expect(woken).to.equal(1);
    writer.write(0, "stdout", "x");
    expect(woken).to.equal(2);
  });

  it("drops what is written after the reader's end, without waiting", () => {
    const { writer, reader } = setUp(1024);
    writer.write(1, "stdout", "first");
    reader.end();
    for (let i = 0; i < 1000; i++) writer.write(1, "stdout", "more than the ring can hold");
    expect(collect((take) => reader.read(take))[0]).to.deep.equal([1, "stdout", "first"]);
  });

  it("goes on after a reader whose callback threw", () => {
    const { writer, reader } = setUp();
    for (const text of ["a", "b"]) writer.write(1, "stdout", text);
    const read = () =>
      reader.read(() => {
        throw new Error("callback");
      });
    expect(read).to.throw("callback");
    expect(collect((take) => reader.read(take))).to.deep.equal([[1, "stdout", "b"]]);
  });

  it("holds whole texts only when the writer is terminated in the middle, and takes the next one", () => {
    const { writer, reader } = setUp(2 ** 22);
    const text = "0123456789€".repeat(30);
    const write = () => writer.write(7, "stderr", text);
    for (let round = 0; round < 100; round++) {
      expect(() => runInNewContext("for (;;) write()", { write }, { timeout: 1 })).to.throw("timed out");
      const position = writer.position;
      const taken = collect((take) => reader.read(take));
      expect(taken.every(([parent, name, each]) => parent === 7 && name === "stderr" && each === text)).to.equal(true);
      expect(reader.waiting).to.equal(0);
      writer.write(8, "stdout", "next");
      expect(writer.position).to.be.greaterThan(position);
      expect(collect((take) => reader.read(take))).to.deep.equal([[8, "stdout", "next"]]);
    }
  });

  it("lets a writer that waits for room be terminated", () => {
    const { writer, reader } = setUp(1024);
    const write = () => writer.write(1, "stdout", "text");
    expect(() => runInNewContext("for (;;) write()", { write }, { timeout: 50 })).to.throw("timed out");
    const taken = collect((take) => reader.read(take));
    expect(new Set(taken.map(([, , text]) => text))).to.deep.equal(new Set(["text"]));
    write();
    expect(collect((take) => reader.read(take))).to.have.length(1);
  });

  it("wakes the reader before it waits for it, when it was stopped before it could", () => {
    let cut = true;
    const memory = streamRingMemory(256);
    const reader = new StreamReader(memory);
    const taken: Text[] = [];
    const wake = () => {
      if (cut) throw new Error("cut off");
      reader.read((...text) => taken.push(text));
    };
    // So that the records after it leave a gap at the end, and the last of them finds no room.
    new StreamWriter(memory, () => {}).write(0, "stdout", "€".repeat(13));
    reader.read(() => {});
    const writer = new StreamWriter(memory, wake);
    reader.askForWake(128);
    const text = "€".repeat(16);
    for (const parent of [1, 2]) writer.write(parent, "stdout", text);
    expect(() => writer.write(3, "stdout", text)).to.throw("cut off");
    cut = false;
    writer.write(4, "stdout", text);
    reader.read((...each) => taken.push(each));
    expect(taken).to.deep.equal([1, 2, 3, 4].map((parent) => [parent, "stdout", text]));
  });

  it("refuses sizes that it cannot have", () => {
    for (const bytes of [0, 128, 1000, 2 ** 31, Number.NaN])
      expect(() => streamRingMemory(bytes)).to.throw(RangeError, "power of two");
  });
});

describe("kernel/streams/streamRing: two threads", () => {
  /** Reads whenever it is woken until the thread has said that it has finished. */
  async function readAll(worker: Worker, reader: StreamReader, take: TakeText): Promise<void> {
    let end: number | undefined;
    worker.on("message", (message: "wake" | number) => {
      if (typeof message === "number") end = message;
      do reader.read(take, 1 + (reader.waiting >> 1));
      while (!reader.askForWake(1));
    });
    const exited = once(worker, "exit");
    reader.askForWake(1);
    await exited;
    expect(end, "the writer finished").to.be.a("number");
    reader.readUntil(end!, take);
    expect(reader.waiting).to.equal(0);
  }

  for (const bytes of [256, 1024, 2 ** 18])
    it(`carries 3,000 random texts through ${bytes} bytes`, async () => {
      const memory = streamRingMemory(bytes);
      const taken: Text[] = [];
      const seed = 17 + bytes;
      await readAll(startThread(memory, seed, 3000), new StreamReader(memory), (...text) => taken.push(text));
      const expected: Text[] = [];
      for (const { parent, name, text } of texts(seed)) {
        if (parent === 3000) break;
        expected.push([parent, name, text]);
      }
      expect(joined(taken)).to.deep.equal(expected);
    });

  it("gives whole records of a thread that is terminated while it writes, and those of the next thread after them", async () => {
    const memory = streamRingMemory(2 ** 12);
    const reader = new StreamReader(memory);
    for (let seed = 1; seed <= 8; seed++) {
      const taken: Text[] = [];
      const worker = startThread(memory, seed, null);
      while (taken.length < 500 * seed) {
        reader.read((...text) => taken.push(text), 300);
        await new Promise(setImmediate);
      }
      await worker.terminate();
      reader.read((...text) => taken.push(text));
      const expected = texts(seed);
      const all = joined(taken);
      for (const [i, each] of all.entries()) {
        const { parent, name, text } = expected.next().value as { parent: number; name: StreamName; text: string };
        const isLast = i === all.length - 1;
        expect(each.slice(0, 2)).to.deep.equal([parent, name]);
        // A long text goes in several records.
        if (isLast) expect(text.startsWith(each[2])).to.equal(true);
        else expect(each[2]).to.equal(text);
      }
    }
  });

  it("lets a thread go on that waits for a reader when the reader ends", async () => {
    const memory = streamRingMemory(256);
    const worker = startThread(memory, 3, 10_000);
    const finished = once(worker, "exit");
    await once(worker, "message");
    new StreamReader(memory).end();
    await finished;
  });
});
