/** Which requests of a debugger wait for those before them. */

/** Carried out one after the other; others are answered whatever waits. */
const ORDERED: ReadonlySet<string> = new Set([
  "attach",
  "launch",
  "configurationDone",
  "disconnect",
  "dumpCell",
  "setBreakpoints",
  "setExceptionBreakpoints",
  "terminate",
]);

export class RequestOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** Carries a request out: at once, or after those before it that are in order too, whatever became of them. */
  run<Result>(command: string, carryOut: () => Promise<Result>): Promise<Result> {
    if (!ORDERED.has(command)) return carryOut();
    const result = this.#last.then(carryOut);
    this.#last = result.catch(() => {});
    return result;
  }
}
