/** Which requests of a debugger wait for those before them. */

/** Those of one list are carried out one after the other; requests that are in none are answered whatever waits. */
const LISTS: readonly ReadonlySet<string>[] = [
  new Set([
    // No request: a cell is about to run, with the breakpoints that were asked for before.
    "announce",
    "attach",
    "launch",
    "configurationDone",
    // Tells of the breakpoints: JupyterLab forgets those that it does not tell of.
    "debugInfo",
    "disconnect",
    "dumpCell",
    "setBreakpoints",
    "setExceptionBreakpoints",
    "terminate",
  ]),
  // Each lets go of the values that were given out before it, also of those that another is still reading.
  new Set(["inspectVariables"]),
];

export class RequestOrder {
  readonly #last = new Map<ReadonlySet<string>, Promise<unknown>>();

  /** Carries a request out: at once, or after those before it in its list, whatever became of them. */
  run<Result>(command: string, carryOut: () => Promise<Result>): Promise<Result> {
    const list = LISTS.find((each) => each.has(command));
    if (list === undefined) return carryOut();
    const result = (this.#last.get(list) ?? Promise.resolve()).then(carryOut);
    this.#last.set(
      list,
      result.catch(() => {}),
    );
    return result;
  }
}
