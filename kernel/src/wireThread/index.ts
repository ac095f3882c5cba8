/** The sockets' thread: what must answer while the user's code runs. */
export { WireWorker, type WireWorkerOptions } from "./wireWorker.js";
