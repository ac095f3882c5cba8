/** Jupyter's debugger: the Debug Adapter Protocol over the inspector of the main thread. */
export { removeAbandonedFolders } from "./cellFolder.js";
export { Debugger, type DebuggerOptions } from "./debugger.js";
export { type DebuggedSession, prepareDebugger } from "./mainThread.js";
export type { DebugRequest, DebugResponse } from "./protocol.js";
export type { CellScript } from "./sources.js";
