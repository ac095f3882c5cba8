/** Interrupts: the wire thread stops what the main thread runs, and the state of the user's variables stays. */
export { HeapGuard, type HeapGuardOptions } from "./heapGuard.js";
export {
  type InspectorClient,
  type Interceptor,
  type Paused,
  SessionClient,
} from "./inspectorClient.js";
export { Interrupter, type InterrupterOptions, type Outcome } from "./interrupter.js";
export { NODE_FLAGS, type PrepareOptions, prepareMainThread } from "./mainThread.js";
export { RunState } from "./runState.js";
