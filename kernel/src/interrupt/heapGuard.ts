/**
 * Has the main thread stand still where its heap is full: otherwise the engine ends the whole process there, and every variable
 * of the notebook with it.
 *
 * Source: V8's inspector. While its Debugger domain is enabled, a heap that is full gets four times its room, once, and the
 * next JavaScript pauses with the reason "OOM"; disabling it takes the room back.
 */
import type { InspectorClient } from "./inspectorClient.js";

export interface HeapGuardOptions {
  readonly client: InspectorClient;
  /** The main thread stands still because its heap is full. It must be let go, and what runs there should end. */
  readonly onFull: () => Promise<void>;
}

/** An enabled Debugger domain makes promises slower, so it guards only while it is told to. */
export class HeapGuard {
  readonly #options: HeapGuardOptions;
  #release: (() => Promise<unknown>) | undefined;

  constructor(options: HeapGuardOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#release !== undefined;
  }

  /** Starting twice is harmless. */
  async start(): Promise<void> {
    if (this.#release !== undefined) return;
    const { client } = this.#options;
    const uncover = client.intercept(({ reason }) => {
      if (reason !== "OOM") return false;
      void this.#full();
      return true;
    });
    const enabled = client.enableDebugger();
    this.#release = async () => {
      uncover();
      const release = await enabled.catch(() => undefined);
      await release?.();
    };
    await enabled;
  }

  /** The room of the heap is again what it was, or what is in it needs. Stopping twice is harmless. */
  async stop(): Promise<void> {
    const release = this.#release;
    this.#release = undefined;
    await release?.();
  }

  /** Never rejects: nobody would hear of it. */
  async #full(): Promise<void> {
    const { client, onFull } = this.#options;
    try {
      await onFull();
      await this.#restart();
    } catch {
      // What runs could not be stopped, and must not stand still for good.
      await client.post("Debugger.resume").catch(() => {});
    }
  }

  async #restart(): Promise<void> {
    // There is no room to be had a second time. While a debugger is attached too, it has the larger one for as long.
    if (!this.isOn) return;
    await this.stop();
    await this.start();
  }
}
