/** The JupyterLab extension in a Jupyter that a user has: a folder `labextensions/@espalier/labextension`. */
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { EspalierError } from "../errors.js";
import { ROOT } from "./output.js";

const NAME = "@espalier/labextension";
/** The checkout's own, which set-up has built. */
const OWN = join(ROOT, "share", "jupyter", "labextensions", NAME);

/** Where it goes. @param data Jupyter's data folder. */
export function extensionFolder(data: string): string {
  return join(data, "labextensions", NAME);
}

/**
 * Copies the extension beside its place and moves it there, so that JupyterLab sees all of it or nothing.
 *
 * @returns what there was to do; "renewed" where another build stood there.
 * @throws EspalierError where set-up has not built it, something else stands there, or the disk refuses.
 */
export function installExtension(data: string): "installed" | "renewed" | "unchanged" {
  const folder = extensionFolder(data);
  if (!existsSync(join(OWN, "package.json"))) {
    throw new EspalierError(`The JupyterLab extension is not built in ${OWN}; run npm run setup first.`);
  }
  const isThere = demandOurs(folder);
  if (isThere && isSame(OWN, folder)) return "unchanged";
  const [part, old] = [1, 2].map(() => join(dirname(folder), `.espalier-${randomUUID().slice(0, 8)}`)) as [
    string,
    string,
  ];
  try {
    mkdirSync(dirname(folder), { recursive: true });
    cpSync(OWN, part, { recursive: true });
    if (isThere) renameSync(folder, old);
    renameSync(part, folder);
  } catch (error) {
    throw new EspalierError(`The JupyterLab extension cannot be put into ${folder}: ${(error as Error).message}.`, {
      cause: error,
    });
  } finally {
    for (const rest of [part, old]) rmSync(rest, { recursive: true, force: true });
  }
  return isThere ? "renewed" : "installed";
}

/**
 * Takes it away, and the folder of its scope where nothing else is in it.
 *
 * @throws EspalierError where something else stands there, or the disk refuses.
 */
export function uninstallExtension(data: string): "removed" | "absent" {
  const folder = extensionFolder(data);
  if (!demandOurs(folder)) return "absent";
  try {
    rmSync(folder, { recursive: true });
    if (readdirSync(dirname(folder)).length === 0) rmdirSync(dirname(folder));
    return "removed";
  } catch (error) {
    throw new EspalierError(`The JupyterLab extension in ${folder} cannot be removed: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** @returns whether the extension stands there. @throws EspalierError where something else does. */
function demandOurs(folder: string): boolean {
  if (!existsSync(folder)) return false;
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown };
    if (name === NAME) return true;
  } catch {
    // Not ours, then.
  }
  throw new EspalierError(
    `${folder} holds something else than Espalier's JupyterLab extension, so it is left as it is; move it away, or choose another place with --prefix.`,
  );
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function isSame(a: string, b: string): boolean {
  const files = filesOf(a);
  if (files.join("\0") !== filesOf(b).join("\0")) return false;
  return files.every((name) => readFileSync(join(a, name)).equals(readFileSync(join(b, name))));
}
