/** To which cell belongs what runs now: the context goes with every timer and promise that a cell starts. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Message } from "../wire/index.js";

export interface CellContext {
  /** The request that started it: a cell, or a comm message. */
  readonly request: Message;
  /** Whether the front end answers questions. */
  readonly allowStdin: boolean;
  /** Whether nothing is to be published. */
  readonly silent: boolean;
}

export class CellContexts {
  readonly #storage = new AsyncLocalStorage<CellContext>();
  /** Whom output belongs to that no cell started, as that of a signal's handler. */
  #latest: CellContext | undefined;

  /** Runs a function, and everything that it starts, in a context. */
  run<Result>(context: CellContext, run: () => Result): Result {
    this.#latest = context;
    return this.#storage.run(context, run);
  }

  /** The context of what runs now; where there is none the latest; undefined before the first cell. */
  get current(): CellContext | undefined {
    return this.#storage.getStore() ?? this.#latest;
  }
}
