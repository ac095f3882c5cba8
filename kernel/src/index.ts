/** A TypeScript kernel for Jupyter: what a program needs to start one. Notebooks import `api/notebook.ts`. */
export { type KernelOptions, runKernel } from "./kernel.js";
export type { ProvidedModules } from "./modules/index.js";
