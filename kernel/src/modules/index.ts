/** Modules for notebooks. */
export { ModuleLoader, type ModuleLoaderOptions } from "./moduleLoader.js";
export { type ProvidedModules, providedSchema } from "./provided.js";
