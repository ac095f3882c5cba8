/** One run of a cell, which can be ended from outside: a cell that an interrupt cuts off never returns. */

import { setImmediate } from "node:timers";

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

/** What a cell fails with that the user has stopped. */
export class Interrupted extends Error {
  override readonly name = "KeyboardInterrupt";

  /** @param what was stopped; default the cell. */
  constructor(what = "cell") {
    super(`The ${what} was interrupted; variables are as it left them.`);
  }
}

/** What a cell fails with that was about to fill the heap. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";

  constructor() {
    super(
      "The cell was stopped because the memory of the kernel was full. Its variables are as it left them: set large ones to undefined, or start the kernel with NODE_OPTIONS=--max-old-space-size=… megabytes.",
    );
  }
}

export class Execution {
  /** How it ended. Never rejects. */
  readonly outcome: Promise<Outcome>;
  #resolve!: (outcome: Outcome) => void;
  #hasEnded = false;

  constructor() {
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /**
   * Starts it in a turn of the event loop of its own: what an interrupt cuts off is only this turn, and whoever waits for the
   * outcome goes on. What was ended before that turn does not run.
   */
  start(run: () => unknown): void {
    setImmediate(() => {
      if (this.#hasEnded) return;
      try {
        const result = run();
        if (result instanceof Promise)
          result.then(
            (value) => this.#succeed(value),
            (error) => this.#fail(error),
          );
        else this.#succeed(result);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** Ends it from outside. */
  interrupt(reason: Error): void {
    this.#fail(reason);
  }

  #succeed(value: unknown): void {
    this.#settle({ ok: true, value });
  }

  #fail(error: unknown): void {
    this.#settle({ ok: false, error });
  }

  #settle(outcome: Outcome): void {
    this.#hasEnded = true;
    this.#resolve(outcome);
  }
}
