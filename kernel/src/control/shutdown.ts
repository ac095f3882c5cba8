/** The kernel's end: asked for by a front end, or because its Jupyter is gone; certain, whatever the user's code does. */
import { setTimeout as delay } from "node:timers/promises";
import type { Handlers } from "../dispatch/index.js";

export interface ShutdownOptions {
  /** Resolves when everything that was sent has left. */
  readonly flush: () => Promise<void>;
  /** Asks the main thread to end the process, when its event loop turns. */
  readonly ask: () => void;
  /** Stops what the main thread runs, so that its event loop turns. */
  readonly interrupt: () => Promise<unknown>;
  /** Ends the process, whatever it does. */
  readonly kill: () => void;
  /** For how long, in ms, the main thread may take, each time it is asked. Default 1000. */
  readonly patienceMs?: number;
}

export class Shutdown {
  readonly #options: ShutdownOptions;
  #ending: Promise<void> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** The handler replies at once; the end follows its reply. */
  readonly handlers: Pick<Handlers, "shutdown_request"> = {
    shutdown_request: async ({ content: { restart } }) => {
      // The reply and the idle are sent in the turn that follows.
      setImmediate(() => void this.end());
      return { content: { status: "ok", restart } };
    },
  };

  /** Ends the kernel; calling it again changes nothing. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { flush, ask, interrupt, kill, patienceMs = 1000 } = this.#options;
    const patience = () => delay(patienceMs);
    await Promise.race([flush(), patience()]);
    ask();
    await patience();
    await Promise.race([interrupt(), patience()]);
    ask();
    await patience();
    kill();
  }
}
