/** What the kernel must answer whatever the user's code does: handlers and watches that run in the sockets' thread. */
export { isAlive } from "./isAlive.js";
export { connectInfo, type KernelVersions, kernelInfo } from "./kernelInfo.js";
export { watchMemory } from "./memoryWatch.js";
export { namedParent, watchParent } from "./parentWatch.js";
export { Shutdown } from "./shutdown.js";
export { Subshells } from "./subshells.js";
