/** A session: the user's code, what it can reach, and what comes of it. Everything here is of the main thread. */
export { CellContext, CellContexts } from "./cellContext.js";
export { CellExecutor, type CellExecutorOptions } from "./cellExecutor.js";
export type { CellRuntime } from "./cellRunner.js";
export { CellScripts } from "./cellScripts.js";
export { afterSyncChildren } from "./childProcesses.js";
export { CommIds } from "./commIds.js";
export { describeDiagnostics, describeError } from "./describe.js";
export { guardStandardDescriptors } from "./descriptors.js";
export { Interrupted, OutOfMemory } from "./execution.js";
export { hideAsyncMarks } from "./inspection.js";
export { InterruptibleWork } from "./interruptible.js";
export { replaceStandardStreams } from "./outputStreams.js";
export { Publisher } from "./publisher.js";
export { Scope } from "./scope.js";
export { sessionHandlers } from "./session.js";
export { mapStackTraces } from "./stackTraces.js";
export { guardExit } from "./systemExit.js";
