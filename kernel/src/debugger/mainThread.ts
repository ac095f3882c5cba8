/** What the debugger needs in the main thread, to be called through the inspector, also while that thread is paused. */
import util from "node:util";
import type { DisplayBundle } from "../display/index.js";
import { KernelError } from "../errors.js";
import { fieldOf } from "../language/index.js";
import type { CellScript } from "./sources.js";

/** Where the main thread keeps it: a name that nobody types and no code of the user hides. */
export const HOOKS = "\u01c3debugger";

/** What there is to look at. */
export interface DebuggedSession {
  readonly scope: {
    box(key: string): Record<string, unknown>;
    values(): Iterable<readonly [name: string, value: unknown]>;
    isImported(name: string): boolean;
  };
  readonly scripts: () => Iterable<CellScript>;
  /** Values of `RUNTIME_PARAMETERS`. */
  readonly runtime: Readonly<Record<string, unknown>>;
  readonly toMimeBundle: (value: unknown) => DisplayBundle | Promise<DisplayBundle>;
  /** Prints a line for what runs. */
  readonly print: (line: string) => void;
  /** A number for a cell that nobody else gets. */
  readonly reserveCell: () => number;
}

/** What the wire thread can call; values stay in the main thread unless a method says otherwise. */
export class DebuggerHooks {
  readonly #session: DebuggedSession;
  readonly #hits = new Map<string, number>();
  /** The user's code may change what the process says of itself. */
  readonly #program = process.argv[1] ?? "";

  constructor(session: DebuggedSession) {
    this.#session = session;
  }

  /** The session's names as properties of one object. */
  values(): object {
    const entries = [...this.#session.scope.values()];
    const properties = entries.map(([name, value]) => [name, { value, enumerable: true }] as const);
    return Object.create(null, Object.fromEntries(properties)) as object;
  }

  /** @throws KernelError for an import. */
  set(name: string, value: unknown): void {
    const { scope } = this.#session;
    if (scope.isImported(name))
      throw new KernelError(`${name} is an import, which cannot be assigned to; declare another variable.`);
    scope.box(name)[fieldOf(name)] = value;
  }

  /** Calls what `Language.expression` made. @returns its value, or what its promise gives. */
  call(run: (...values: unknown[]) => unknown, runtime: readonly string[], keys: readonly string[]): unknown {
    const { scope, runtime: values } = this.#session;
    const result = run(...runtime.map((name) => values[name]), ...keys.map((key) => scope.box(key)));
    const first = (list: unknown) => (list as readonly unknown[])[0];
    return result instanceof Promise ? result.then(first) : first(result);
  }

  /** JSON. */
  scripts(): string {
    return JSON.stringify([...this.#session.scripts()]);
  }

  /** Path of the program that has started the kernel. */
  program(): string {
    return this.#program;
  }

  /** A number. */
  reserveCell(): number {
    return this.#session.reserveCell();
  }

  /** Counts how often a breakpoint was come by; a number from 1. */
  hit(breakpoint: string): number {
    const hits = (this.#hits.get(breakpoint) ?? 0) + 1;
    this.#hits.set(breakpoint, hits);
    return hits;
  }

  /** Prints. @returns false, as the condition of a breakpoint that never stops. */
  log(line: unknown): false {
    this.#session.print(String(line));
    return false;
  }

  /**
   * JSON of the MIME bundle of a value, or a promise of it.
   *
   * @param canWait whether a representation may take its time; otherwise one that does is left out for plain text.
   */
  rich(value: unknown, canWait: boolean): string | Promise<string> {
    const plain = () => JSON.stringify({ data: { "text/plain": util.inspect(value) }, metadata: {} });
    const bundle = this.#session.toMimeBundle(value);
    if (!(bundle instanceof Promise)) return JSON.stringify(bundle);
    return canWait ? bundle.then((ready) => JSON.stringify(ready)) : plain();
  }

  /** A part of an array or typed array, as a new array. */
  part(list: ArrayLike<unknown>, start: number, count: number): unknown[] {
    return Array.prototype.slice.call(list, start, start + count);
  }
}

/** Sets the main thread up for debugging; once. @throws KernelError when it is so already. */
export function prepareDebugger(session: DebuggedSession): void {
  if (HOOKS in globalThis) throw new KernelError("The main thread has a debugger already; a process has one kernel.");
  Object.defineProperty(globalThis, HOOKS, { value: Object.freeze(new DebuggerHooks(session)) });
}
