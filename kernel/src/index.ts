/** A TypeScript kernel for Jupyter: what a program needs to start one. Notebooks import `api/notebook.ts`. */
export { KernelError } from "./errors.js";
export { type KernelOptions, startKernel } from "./kernel.js";
export type { ProvidedModules } from "./modules/index.js";
