/** Scripts in which a user never means to stop: Node's own, and the kernel's. */

/** Patterns for the inspector, and for who asks whether a script is one of them. */
export const KERNEL_CODE: readonly string[] = ["^node:", `^${escapePattern(new URL("../", import.meta.url).href)}`];

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
