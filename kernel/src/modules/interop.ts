/** What a cell sees of an imported module. */
import { createRequire } from "node:module";

type Namespace = Record<string, unknown>;

/** Modules that were loaded with `require`, or by an import of CommonJS: one table for the whole process. */
const { cache } = createRequire(import.meta.url);

/**
 * Makes the exports of a CommonJS module importable as TypeScript's users know it. Node finds names of such a module by reading
 * its text, and misses those that are made while it runs; and where the module was compiled from ES modules, its default
 * export is `default` and not the whole.
 *
 * @param namespace what Node's import gave.
 * @returns the same object, unless names are missing.
 */
export function interoperable(namespace: object): object {
  const found = namespace as Namespace;
  const whole = found["default"];
  if (!isCommonJs(found, whole)) return namespace;
  const exports = whole as Namespace;
  const hasDefault = exports["__esModule"] === true && "default" in exports;
  const names = Object.keys(exports).filter((name) => name !== "default");
  if (!hasDefault && names.every((name) => name in found)) return namespace;
  const wanted: Namespace = Object.create(null);
  for (const name of names) define(wanted, name, () => exports[name]);
  define(wanted, "default", hasDefault ? () => exports["default"] : () => whole);
  return wanted;
}

/** Whether Node made the namespace of `module.exports`. From Node 23 on it says so. */
function isCommonJs(namespace: Namespace, whole: unknown): boolean {
  if (typeof whole !== "function" && (typeof whole !== "object" || whole === null)) return false;
  return "module.exports" in namespace || Object.values(cache).some((module) => module?.exports === whole);
}

function define(object: Namespace, name: string, get: () => unknown): void {
  Object.defineProperty(object, name, { enumerable: true, configurable: true, get });
}
