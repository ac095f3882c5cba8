/** JSON files as modules: the whole is the default export, and the members of an object have their names. */
import { KernelError } from "../errors.js";

/** @throws KernelError that names the file. */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as SyntaxError;
    throw new KernelError(`${file} is not JSON: ${message}. Mend the file and import it again.`, { cause });
  }
}

/** What a cell sees of a JSON file. */
export function jsonNamespace(value: unknown): object {
  return { ...membersOf(value), default: value };
}

/** The source of a module with the same exports. */
export function jsonSource(value: unknown): string {
  const names = Object.keys(membersOf(value)).filter((name) => name !== "default");
  // Parsed there again: a literal would take a member `__proto__` for the object's prototype.
  const text = `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
  const locals = names.map((name, i) => `const m${i} = all[${JSON.stringify(name)}];`);
  const exports = names.map((name, i) => `m${i} as ${JSON.stringify(name)}`);
  return [`const all = ${text};`, ...locals, `export { all as default, ${exports.join(", ")} };`].join("\n");
}

function membersOf(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
