/** Where the texts of cells are, as front ends and debuggers know them: each a file that is named by its hash. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isAlive } from "../control/index.js";
import { murmur2 } from "./murmur2.js";

export const CELL_SUFFIX = ".ts";

/**
 * Begins the folders' names; the kernel's process id follows. JupyterLab shows `Cell [3]` for sources with `ipykernel_` in their
 * path, and the path itself for others.
 */
const NAME = "espalier-ipykernel_";
const OF_KERNEL = new RegExp(`^${NAME}(\\d+)-`);

export class CellFolder {
  #folder: string | undefined;

  /** What stands before the hash in each path. The folder is made when this is asked first; only the user can read it. */
  get prefix(): string {
    // With a name that nobody can foresee: another user might have made it before.
    this.#folder ??= fs.mkdtempSync(path.join(os.tmpdir(), `${NAME}${process.pid}-`));
    return this.#folder + path.sep;
  }

  /** The path of a cell by its text, whether it is written there or not. */
  pathOf(code: string): string {
    return `${this.prefix}${murmur2(code)}${CELL_SUFFIX}`;
  }

  /** Writes a cell. @returns its path. */
  dump(code: string): string {
    const file = this.pathOf(code);
    fs.writeFileSync(file, code, { mode: 0o600 });
    return file;
  }

  /** The text at a path of this folder; undefined where nothing was written. */
  read(file: string): string | undefined {
    if (path.dirname(file) + path.sep !== this.prefix) return undefined;
    try {
      return fs.readFileSync(file, "utf8");
    } catch {
      return undefined;
    }
  }

  /** Deletes the folder and all that was written. */
  remove(): void {
    if (this.#folder !== undefined) fs.rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}

/**
 * Whether a path is that of a cell of another kernel. JupyterLab sends those of before a restart, beside the right ones; kept, they
 * would come back to it with `debugInfo` as breakpoints of a file that there is not.
 *
 * @param prefix of the kernel's own folder.
 */
export function isForeignCell(file: string, prefix: string): boolean {
  const folder = path.dirname(file);
  return OF_KERNEL.test(path.basename(folder)) && folder + path.sep !== prefix;
}

/** Deletes the folders that kernels of this user have left because they were killed. What cannot be deleted stays. */
export async function removeAbandonedFolders(): Promise<void> {
  const temporary = os.tmpdir();
  for (const name of await fs.promises.readdir(temporary).catch(() => [])) {
    const [, pid] = OF_KERNEL.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(temporary, name);
    const { uid } = await fs.promises.lstat(folder).catch(() => ({ uid: undefined }));
    if (uid !== process.getuid?.()) continue;
    await fs.promises.rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
