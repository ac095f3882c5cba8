/** What a cell sees of an imported module. */

type Namespace = Record<string, unknown>;

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
  if (typeof whole !== "function" && (typeof whole !== "object" || whole === null)) return namespace;
  const exports = whole as Namespace;
  if (!isCommonJs(found, exports)) return namespace;
  const hasDefault = exports["__esModule"] === true && "default" in exports;
  const names = Object.keys(exports).filter((name) => name !== "default");
  if (!hasDefault && names.every((name) => name in found)) return namespace;
  const wanted: Namespace = Object.create(null);
  for (const name of names) define(wanted, name, () => exports[name]);
  define(wanted, "default", hasDefault ? () => exports["default"] : () => whole);
  return wanted;
}

/** A module that Node made of `module.exports`: every name that it found is a member of the default export. */
function isCommonJs(namespace: Namespace, exports: Namespace): boolean {
  if ("module.exports" in namespace) return true;
  const names = Object.keys(namespace).filter((name) => name !== "default");
  if (names.length === 0) return exports["__esModule"] === true;
  return names.every((name) => name in exports && Object.is(read(namespace, name), read(exports, name)));
}

function read(object: Namespace, name: string): unknown {
  try {
    return object[name];
  } catch {
    return undefined;
  }
}

function define(object: Namespace, name: string, get: () => unknown): void {
  Object.defineProperty(object, name, { enumerable: true, configurable: true, get });
}
