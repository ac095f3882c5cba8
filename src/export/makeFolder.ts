/** Making a folder and those above it. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Makes a folder, and those above it where missing; one that is there is left as it is.
 *
 * Node's own recursive `mkdir` never returns where the system answers ENOENT although the parent exists (`/proc`), and
 * reports a read-only disk as ENOENT.
 *
 * @throws the system's error for the first folder that cannot be made.
 */
export function makeFolder(folder: string): void {
  const make = () => {
    try {
      mkdirSync(folder);
    } catch (error) {
      // Whatever else it says of a folder that exists: EEXIST mostly, EROFS or EPERM on some systems.
      if (codeOf(error) === "ENOENT" || !isFolder(folder)) throw error;
    }
  };
  try {
    make();
  } catch (error) {
    const parent = dirname(folder);
    if (codeOf(error) !== "ENOENT" || parent === folder || isFolder(parent)) throw error;
    makeFolder(parent);
    make();
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
