/** To which cell belongs what runs now: the context goes with every timer and promise that a cell starts. */
import { AsyncLocalStorage } from "node:async_hooks";
import util from "node:util";
import type { Message } from "../wire/index.js";

export class CellContext {
  /**
   * @param request that started it: a cell, or a comm message.
   * @param allowStdin whether the front end answers questions.
   * @param silent whether nothing is to be published.
   */
  constructor(
    readonly request: Message,
    readonly allowStdin: boolean,
    readonly silent: boolean,
  ) {}

  /** Node keeps it in timers, which users print. */
  [util.inspect.custom](): string {
    return "[cell]";
  }
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

  /** The context of what runs now; undefined for what no cell started. */
  get own(): CellContext | undefined {
    return this.#storage.getStore();
  }

  /** The context of what runs now; where there is none the latest; undefined before the first cell. */
  get current(): CellContext | undefined {
    return this.#storage.getStore() ?? this.#latest;
  }
}
