/**
 * How promises and timers look. On Node 20 and 22 an AsyncLocalStorage leaves its marks on each of them, as members with symbols
 * for names, and whoever prints one would see the kernel's own affairs.
 */
import { createRequire } from "node:module";
import util from "node:util";

const PENDING = 0;
const REJECTED = 2;

type PromiseDetails = (promise: Promise<unknown>) => readonly [state: number, result?: unknown];

/** Makes `util.inspect`, and so `console.log`, show promises as it does where nothing is stored in them. */
export function hideAsyncMarks(): void {
  const { internalBinding } = createRequire(import.meta.url)("internal/test/binding");
  const { getPromiseDetails } = internalBinding("util") as { getPromiseDetails: PromiseDetails };
  Object.defineProperty(Promise.prototype, util.inspect.custom, {
    value(this: unknown, depth: number, options: util.InspectOptionsStylized, inspect: typeof util.inspect): string {
      if (!util.types.isPromise(this)) return inspect(this, { ...options, customInspect: false });
      const [state, result] = getPromiseDetails(this);
      const name = this.constructor?.name || "Promise";
      if (state === PENDING) return `${name} { ${options.stylize("<pending>", "special")} }`;
      if (depth < 0) return options.stylize(`[${name}]`, "special");
      const mark = state === REJECTED ? `${options.stylize("<rejected>", "special")} ` : "";
      const text =
        mark + inspect(result, { ...options, depth: options.depth == null ? options.depth : options.depth - 1 });
      return text.includes("\n") ? `${name} {\n  ${text.replaceAll("\n", "\n  ")}\n}` : `${name} { ${text} }`;
    },
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
