/** Where the history is kept. */
import os from "node:os";
import path from "node:path";

/**
 * The folder of the history: `ESPALIER_HISTORY`, else `espalier/history` in `XDG_DATA_HOME`, else in `~/.local/share`.
 *
 * @returns undefined where `ESPALIER_HISTORY` is empty: the history is not kept.
 */
export function historyFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { ESPALIER_HISTORY: own, XDG_DATA_HOME: data } = environment;
  if (own !== undefined) return own === "" ? undefined : path.resolve(own);
  // The specification of base directories wants relative paths to be ignored.
  const base = data !== undefined && path.isAbsolute(data) ? data : path.join(os.homedir(), ".local", "share");
  return path.join(base, "espalier", "history");
}
