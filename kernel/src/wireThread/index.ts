/** The sockets' thread: what must answer while the user's code runs. */
export type { WireEvent } from "./protocol.js";
export { WireWorker, type WireWorkerOptions } from "./wireWorker.js";
