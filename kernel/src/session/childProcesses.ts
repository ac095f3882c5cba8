/** Child processes that are waited for without the event loop: what they print comes before what the cell prints next. */
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

type SyncName = "spawnSync" | "execSync" | "execFileSync";

/**
 * Calls a function after each of the synchronous ones, however the user imports them.
 *
 * @param after takes what the child has printed.
 */
export function afterSyncChildren(after: () => void): void {
  for (const name of ["spawnSync", "execSync", "execFileSync"] as const) wrap(name, after);
  syncBuiltinESMExports();
}

function wrap(name: SyncName, after: () => void): void {
  const original = childProcess[name] as (...parameters: unknown[]) => unknown;
  const wrapped = function (this: unknown, ...parameters: unknown[]): unknown {
    try {
      return Reflect.apply(original, this, parameters);
    } finally {
      after();
    }
  };
  Object.defineProperty(wrapped, "name", { value: name });
  Object.assign(childProcess, { [name]: wrapped });
}
