/** Comms: channels of the user's own between the kernel and the front end. They publish through a callback. */
export { Comm } from "./comm.js";
export { CommManager, type CommManagerOptions, type CommTarget, type PublishComm } from "./commManager.js";
export type { Binary, CommHandler, CommMessage, CommOptions } from "./commMessage.js";
