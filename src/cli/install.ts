/** `espalier install`: makes kernel and extension known to the Jupyter that a user has. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { EspalierError } from "../errors.js";
import { writeAtomically } from "../export/index.js";
import {
  dataFolder,
  type KernelPlace,
  type Kernelspec,
  kernelFolder,
  kernelspecFiles,
  readKernelspec,
} from "./kernelspec.js";
import { extensionFolder, installExtension } from "./labextension.js";
import { ROOT } from "./output.js";

/** Adds --user, --prefix and --sys-prefix, of which one may be given. */
export function addPlaceOptions(command: Command): Command {
  return command
    .addOption(new Option("--user", "this user's Jupyter (default)").conflicts(["prefix", "sysPrefix"]))
    .addOption(new Option("--prefix <dir>", "the Jupyter below this folder, in share/jupyter").conflicts("sysPrefix"))
    .addOption(new Option("--sys-prefix", "the Jupyter of the active virtual or conda environment"));
}

/**
 * What `espalier install` has written into a folder.
 *
 * @returns undefined when no kernel stands there.
 * @throws EspalierError when something else does: whose it is.
 */
export function installedKernelspec(folder: string): Kernelspec | undefined {
  if (!existsSync(join(folder, "kernel.json"))) return undefined;
  const found = readKernelspec(folder);
  if (found === undefined) {
    throw new EspalierError(
      `${folder} holds a kernel.json that cannot be read, so it is left as it is; move it away, or choose another place with --prefix.`,
    );
  }
  if (found.installedFrom !== null) return found;
  throw new EspalierError(
    `${folder} holds a kernel of the same name that espalier install has not written, ${found.displayName} (started by ${found.program}), so it is left as it is; move it away, or choose another place with --prefix.`,
  );
}

async function replaceFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  for (const [name, contents] of files) await writeAtomically(join(folder, name), contents);
}

/** Writes beside the place and moves there in one step, so that Jupyter sees all of it or nothing. */
async function writeNew(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  const part = join(dirname(folder), `.espalier-${randomUUID().slice(0, 8)}`);
  try {
    await replaceFiles(part, files);
    renameSync(part, folder);
  } catch (error) {
    const reason = error instanceof EspalierError && error.cause instanceof Error ? error.cause : (error as Error);
    throw new EspalierError(`The kernel cannot be put into ${folder}: ${reason.message}.`, { cause: error });
  } finally {
    if (existsSync(part)) rmSync(part, { recursive: true });
  }
}

function isSame(file: string, contents: string | Uint8Array): boolean {
  return existsSync(file) && readFileSync(file).equals(Buffer.from(contents));
}

/**
 * Makes the kernel known in a folder.
 *
 * @returns what there was to do; "renewed" where an earlier installation differs.
 * @throws EspalierError when the place is taken or may not be written.
 */
export async function installKernel(folder: string): Promise<"installed" | "renewed" | "unchanged"> {
  const before = installedKernelspec(folder);
  const files = kernelspecFiles();
  if (before === undefined) {
    await (existsSync(folder) ? replaceFiles(folder, files) : writeNew(folder, files));
    return "installed";
  }
  if ([...files].every(([name, contents]) => isSame(join(folder, name), contents))) return "unchanged";
  await replaceFiles(folder, files);
  return "renewed";
}

const HELP = `
Examples:
  espalier install
      for every Jupyter of this user
  espalier install --prefix ~/venvs/lab
      for the Jupyter of one environment
  espalier uninstall
      takes it away again; with --prefix or --sys-prefix as it was installed`;

const DONE = { installed: "Installed", renewed: "Renewed", unchanged: "Installed already:" } as const;

export function installCommand(): Command {
  const command = new Command("install").description(
    "put the TypeScript kernel and the JupyterLab extension into your own Jupyter",
  );
  return addPlaceOptions(command)
    .addHelpText("after", HELP)
    .action(async (options: KernelPlace) => {
      const folder = kernelFolder(options);
      const data = dataFolder(options);
      const done = await installKernel(folder);
      const extension = installExtension(data);
      process.stdout.write(
        `${DONE[done]} the kernel TypeScript (Espalier) in ${folder}.\n` +
          `${DONE[extension]} the JupyterLab extension in ${extensionFolder(data)}.\n` +
          `The kernel runs ${process.execPath} and ${resolve(ROOT)}; when one of them moves, install again.\n` +
          `Next: open Jupyter (jupyter lab) and choose TypeScript (Espalier); notebooks/10_quickstart.ipynb is a first one.\n`,
      );
    });
}
