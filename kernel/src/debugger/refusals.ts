/** What a refused request is answered with. */
import type { JsonObject } from "../wire/index.js";

/**
 * Lists that a front end reads without a look at `success`: JupyterLab's panel breaks where one is missing, as when the user
 * goes on while the variables of the stop are still asked for.
 */
const EMPTY: Readonly<Record<string, JsonObject>> = {
  breakpointLocations: { breakpoints: [] },
  inspectVariables: { variables: [] },
  modules: { modules: [], totalModules: 0 },
  scopes: { scopes: [] },
  setBreakpoints: { breakpoints: [] },
  setExceptionBreakpoints: { breakpoints: [] },
  setFunctionBreakpoints: { breakpoints: [] },
  source: { content: "" },
  stackTrace: { stackFrames: [], totalFrames: 0 },
  threads: { threads: [] },
  variables: { variables: [] },
};

/** The body of a response without success. @param message why, for the user. */
export function refusalBody(command: string, message: string): JsonObject {
  return { ...(Object.hasOwn(EMPTY, command) ? EMPTY[command] : {}), error: { id: 1, format: message } };
}
