import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { Attempt } from "../../../kernel/src/interrupt/attempt.js";
import { type InspectorClient, type Interceptor, type Paused, RunState } from "../../../kernel/src/interrupt/index.js";

/** An idle main thread that a debugger watches too. A request to pause strikes the next code, so many ms after it has begun. */
class LateInspector implements InspectorClient {
  paused: Paused | undefined;
  readonly #lateMs: number;
  #interceptor: Interceptor = () => false;
  #isRequested = false;
  #goOn: () => void = () => {};

  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  async post<Result>(method: string): Promise<Result> {
    if (method === "Debugger.pause") this.#isRequested = true;
    if (method === "Debugger.resume") this.#resume();
    if (method === "Runtime.evaluate" && this.#isRequested) await this.#pause();
    const value = { isOwned: false, turn: 0 };
    return { result: { value } } as Result;
  }

  on(): () => void {
    return () => {};
  }

  async enableDebugger(): Promise<() => Promise<boolean>> {
    return async () => true;
  }

  intercept(interceptor: Interceptor): () => void {
    this.#interceptor = interceptor;
    return () => {};
  }

  #resume(): void {
    this.paused = undefined;
    this.#goOn();
  }

  async #pause(): Promise<void> {
    this.#isRequested = false;
    await delay(this.#lateMs);
    const resumed = new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    this.paused = { callFrames: [], reason: "other" };
    this.#interceptor(this.paused);
    await resumed;
  }
}

describe("kernel/interrupt/attempt", () => {
  for (const ms of [0, 100])
    it(`lets the main thread go where its last pause comes ${ms} ms late`, async () => {
      const client = new LateInspector(ms);
      const runState = new RunState(RunState.memory());
      const hooks = { isIdle: "", look: "", abandon: "", restore: "" };
      const attempt = new Attempt({ client, runState, isInternal: () => true, watchMs: 10 }, hooks);
      expect(await attempt.run()).to.equal("idle");
      expect(client.paused).to.equal(undefined);
    });
});
