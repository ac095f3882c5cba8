/** What notebooks import, and how the kernel puts itself behind it. */

export type { Comm, CommMessage } from "../comm/index.js";
export { DisplayHandle } from "../display/index.js";
export {
  type CurrentKernel,
  findCurrentKernel,
  type InputOptions,
  type KernelSettings,
  setCurrentKernel,
} from "./current.js";
export { defineGlobals } from "./globals.js";
export { type Representation, type Represented, registerRepresentation } from "./notebook.js";
