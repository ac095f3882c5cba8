import { expect } from "chai";
import { AsyncQueue } from "../../../kernel/src/wire/asyncQueue.js";

async function take<Value>(queue: AsyncQueue<Value>, count: number): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of queue) if (values.push(value) === count) break;
  return values;
}

describe("kernel/wire/asyncQueue", () => {
  it("keeps the order across loops, for many values", async () => {
    const queue = new AsyncQueue<number>();
    for (let i = 0; i < 5000; i++) queue.push(i);
    expect(await take(queue, 1500)).to.deep.equal(Array.from({ length: 1500 }, (_, i) => i));
    queue.end();
    queue.push(-1);
    const rest = await take(queue, 10_000);
    expect(rest).to.have.length(3500);
    expect(rest[0]).to.equal(1500);
    expect(await take(queue, 1)).to.deep.equal([]);
  });

  it("wakes who waits, at a value and at the end", async () => {
    const queue = new AsyncQueue<string>();
    const taken = take(queue, 5);
    for (const value of ["a", "b"]) {
      await new Promise(setImmediate);
      queue.push(value);
    }
    await new Promise(setImmediate);
    queue.end();
    expect(await taken).to.deep.equal(["a", "b"]);
  });

  it("gives what is left before it throws the error of its end", async () => {
    const queue = new AsyncQueue<string>();
    queue.push("a");
    queue.end(new Error("broken"));
    queue.end();
    expect(await take(queue, 1)).to.deep.equal(["a"]);
    const error = await take(queue, 1).catch((reason: Error) => reason.message);
    expect(error).to.equal("broken");
  });
});
