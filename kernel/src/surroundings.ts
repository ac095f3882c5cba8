/** What a kernel finds when it starts: versions, settings of the environment, the modules that it brings. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { KernelSettings } from "./api/index.js";
import type { KernelVersions } from "./control/index.js";
import type { TypeErrors } from "./language/index.js";
import type { ProvidedModules } from "./modules/index.js";

const TYPE_ERRORS: readonly TypeErrors[] = ["block", "show", "off"];

/** Versions of the kernel and of the compiler, which is not loaded for it. */
export function readVersions(): KernelVersions {
  const require = createRequire(import.meta.url);
  return {
    kernel: versionIn(require.resolve("@espalier/kernel/package.json")),
    typescript: versionIn(require.resolve("typescript/package.json")),
  };
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** `ESPALIER_TYPE_ERRORS` says what becomes of type errors; anything else than the three words is `block`. */
export function settingsFrom(env: NodeJS.ProcessEnv): KernelSettings {
  const wanted = env["ESPALIER_TYPE_ERRORS"] as TypeErrors | undefined;
  return { typeErrors: wanted !== undefined && TYPE_ERRORS.includes(wanted) ? wanted : "block" };
}

function inApi(name: string): URL {
  return new URL(`./api/${name}`, import.meta.url);
}

/** The modules of the kernel's own that notebooks can import. */
export function ownModules(): ProvidedModules {
  const module = (name: string) => ({ url: inApi(`${name}.js`).href, types: fileURLToPath(inApi(`${name}.d.ts`)) });
  return { "@espalier/kernel": module("notebook"), tslab: module("tslab") };
}

/** Declaration files of the names that every cell knows. */
export function globalDeclarations(): readonly string[] {
  return [fileURLToPath(inApi("globals.d.ts"))];
}
