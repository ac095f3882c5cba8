/** Scripts in which a user never means to stop: Node's own, and the kernel's. */

/** Patterns for the inspector, which takes nobody into these scripts. */
export const KERNEL_CODE: readonly string[] = ["^node:", `^${escapePattern(new URL("../", import.meta.url).href)}`];

const PATTERNS = KERNEL_CODE.map((pattern) => new RegExp(pattern));

/** What else the kernel loads in the main thread; a notebook that has the very same package does not see it listed. */
const PACKAGES: readonly string[] = [folderOf("zod")];

/** Whether a script is none that the user's code has loaded. @param url of a script of the main thread. */
export function isKernelCode(url: string): boolean {
  return PATTERNS.some((pattern) => pattern.test(url)) || PACKAGES.some((folder) => url.startsWith(folder));
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
