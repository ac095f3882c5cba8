import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { HeapGuard, type Interceptor, type Paused } from "../../../kernel/src/interrupt/index.js";
import { MockInspector } from "../debugger/mockInspector.js";

/** An inspector that offers pauses first to who wants them. */
class Inspector extends MockInspector {
  readonly interceptors = new Set<Interceptor>();

  override intercept(interceptor: Interceptor): () => void {
    this.interceptors.add(interceptor);
    return () => void this.interceptors.delete(interceptor);
  }

  /** @returns whether somebody took the pause. */
  strike(reason: Paused["reason"]): boolean {
    this.paused = { callFrames: [], reason };
    return [...this.interceptors].some((interceptor) => interceptor(this.paused!));
  }
}

describe("kernel/interrupt/heapGuard", () => {
  it("tells of a full heap, and is ready for the next", async () => {
    const client = new Inspector();
    let full = 0;
    const guard = new HeapGuard({ client, onFull: async () => void full++ });
    await guard.start();
    await guard.start();
    expect(client.users).to.equal(1);
    for (const count of [1, 2]) {
      expect(client.strike("OOM")).to.equal(true);
      await turn();
      expect([full, client.users, client.interceptors.size]).to.deep.equal([count, 1, 1]);
    }
    await guard.stop();
    await guard.stop();
    expect([client.users, client.interceptors.size]).to.deep.equal([0, 0]);
  });

  it("leaves other pauses to others", async () => {
    const client = new Inspector();
    const guard = new HeapGuard({ client, onFull: () => Promise.reject(new Error("nothing is full")) });
    await guard.start();
    expect(client.strike("other")).to.equal(false);
  });

  it("lets the main thread go where what runs cannot be stopped", async () => {
    const client = new Inspector();
    const guard = new HeapGuard({ client, onFull: () => Promise.reject(new Error("no interrupts here")) });
    await guard.start();
    client.strike("OOM");
    await turn();
    expect(client.paused).to.equal(undefined);
  });
});
