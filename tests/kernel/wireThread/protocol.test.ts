import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { detach, Pressure } from "../../../kernel/src/wireThread/protocol.js";

/** Runs a body in another thread, which sees the pressure's memory as `cells`. */
function inThread(memory: SharedArrayBuffer, body: string): Worker {
  const code = `const cells = new Int32Array(require("node:worker_threads").workerData); setTimeout(() => { ${body} }, 50);`;
  return new Worker(code, { eval: true, workerData: memory });
}

describe("kernel/wireThread/protocol", () => {
  it("counts each message and each KiB of it", () => {
    const size = (bytes: number) =>
      Pressure.sizeOf({ identities: [], json: ["", "", "", "x".repeat(bytes)], buffers: [] });
    expect([0, 1023, 1024, 10_240].map(size)).to.deep.equal([32, 32, 33, 42]);
    expect(Pressure.sizeOf({ identities: [], json: ["", "", "", ""], buffers: [Buffer.alloc(4096)] })).to.equal(36);
  });

  it("blocks above its limit until the other thread took enough", async () => {
    const memory = Pressure.memory();
    const pressure = new Pressure(memory, 10);
    pressure.add(10);
    const worker = inThread(memory, "Atomics.sub(cells, 0, 5); Atomics.notify(cells, 0);");
    const start = performance.now();
    pressure.add(4);
    expect(performance.now() - start).to.be.greaterThan(40);
    await worker.terminate();
  });

  it("does not block for a thread that has ended", async () => {
    const memory = Pressure.memory();
    const pressure = new Pressure(memory, 10);
    const worker = inThread(
      memory,
      "Atomics.store(cells, 1, 1); Atomics.store(cells, 0, 0); Atomics.notify(cells, 0);",
    );
    pressure.add(100);
    expect(pressure.ended).to.equal(true);
    pressure.add(100);
    await worker.terminate();
  });

  it("detaches the bytes of a view and nothing of what surrounds them", () => {
    const pool = Buffer.from("abcdef");
    const [bytes] = detach([pool.subarray(2, 4)]);
    expect(bytes!.buffer.byteLength).to.equal(2);
    pool[2] = 0;
    expect(Buffer.from(bytes!).toString()).to.equal("cd");
  });
});
