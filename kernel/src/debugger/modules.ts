/** The modules that the notebook has loaded, as clients list them: JupyterLab under "Kernel Sources". */
import fs from "node:fs";
import path from "node:path";
import type { JsonObject } from "../wire/index.js";
import type { ArgumentsOf } from "./protocol.js";

const PACKAGES = `${path.sep}node_modules${path.sep}`;

/**
 * The body of a response to `modules`: those that can be opened.
 *
 * @param files absolute, of all that was loaded; the order stays.
 * @param root folder of the notebook: its files have names from there.
 */
export function userModules(
  files: readonly string[],
  root: string,
  { startModule, moduleCount }: ArgumentsOf<"modules">,
): JsonObject {
  const start = startModule ?? 0;
  const existing = files.filter((file) => fs.existsSync(file));
  const modules = existing.map((file) => ({ id: file, name: nameOf(file, root), path: file }));
  // As the protocol has it, 0 means all.
  return {
    modules: modules.slice(start, moduleCount ? start + moduleCount : undefined),
    totalModules: modules.length,
  };
}

/** A file of a package by the package's name, others from the notebook's folder, or by their path where they are not in it. */
function nameOf(file: string, root: string): string {
  const inPackage = file.lastIndexOf(PACKAGES);
  if (inPackage >= 0) return file.slice(inPackage + PACKAGES.length);
  const fromRoot = path.relative(root, file);
  return fromRoot.startsWith("..") ? file : fromRoot;
}
