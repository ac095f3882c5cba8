import { expect } from "chai";
import { Interrupted, InterruptibleWork } from "../../../kernel/src/session/index.js";

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("kernel/session/interruptible", () => {
  function setUp() {
    let running = 0;
    const work = new InterruptibleWork(() => {
      running++;
      return () => void running--;
    });
    return { work, running: () => running };
  }

  it("gives the work's result, and tells when it runs", async () => {
    const { work, running } = setUp();
    const result = work.run(async () => running());
    expect(await result).to.equal(1);
    expect(running()).to.equal(0);
    const thrown = new Error("own");
    expect(await failure(work.run(() => Promise.reject(thrown)))).to.equal(thrown);
    expect(running()).to.equal(0);
  });

  it("asks work to end by its signal, and lets it end as it likes", async () => {
    const { work } = setUp();
    const results = [1, 2].map((n) =>
      work.run((signal) => new Promise((end) => signal.addEventListener("abort", () => end(n)))),
    );
    work.abort();
    expect(await Promise.all(results)).to.deep.equal([1, 2]);
  });

  it("fails who waits for work that was cut off, and that alone", async () => {
    const { work, running } = setUp();
    const cut = failure(work.run(() => new Promise(() => {})));
    work.abort();
    work.forget();
    expect(await cut).to.be.instanceOf(Interrupted);
    expect(running()).to.equal(0);
    expect(await work.run(async ({ aborted }) => aborted)).to.equal(false);
  });
});
