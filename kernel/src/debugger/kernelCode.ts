/** Scripts in which a user never means to stop: Node's own, and the kernel's. */
import { pathToFileURL } from "node:url";

/** Patterns for the inspector, which takes nobody into these scripts. */
export const KERNEL_CODE: readonly string[] = ["^node:", `^${escapePattern(new URL("../", import.meta.url).href)}`];

/** What else the kernel loads in the main thread: the program that started it, and packages. */
const LOADED: readonly string[] = [
  ...(process.argv[1] === undefined ? [] : [pathToFileURL(process.argv[1]).href]),
  folderOf("zod"),
];

/** Whether a script is none that the user's code has loaded. @param url of a script of the main thread. */
export function isKernelCode(url: string): boolean {
  return (
    KERNEL_CODE.some((pattern) => new RegExp(pattern).test(url)) || LOADED.some((address) => url.startsWith(address))
  );
}

/** URL of the folder of a package that the kernel imports. */
function folderOf(name: string): string {
  const entry = import.meta.resolve(name);
  const end = `/node_modules/${name}/`;
  return entry.slice(0, entry.lastIndexOf(end) + end.length);
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
