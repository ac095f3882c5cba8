/** `espalier uninstall`: takes away what `espalier install` has written. */
import { existsSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { addPlaceOptions, installedKernelspec } from "./install.js";
import { dataFolder, KERNEL_FILES, type KernelPlace, kernelFolder } from "./kernelspec.js";
import { extensionFolder, uninstallExtension } from "./labextension.js";

/**
 * Removes the kernel's files, and their folder unless something else is in it.
 *
 * @returns "kept": the folder stays with what others have put there; "absent": there was nothing to do.
 * @throws EspalierError for a kernel that `espalier install` has not written, and where the disk refuses.
 */
export function uninstallKernel(folder: string): "removed" | "kept" | "absent" {
  if (installedKernelspec(folder) === undefined) return "absent";
  try {
    // kernel.json first: what is left of an uninstallation that was stopped is no kernel.
    for (const name of KERNEL_FILES.toReversed()) if (existsSync(join(folder, name))) unlinkSync(join(folder, name));
    rmdirSync(folder);
    return "removed";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTEMPTY") return "kept";
    throw new EspalierError(`The kernel in ${folder} cannot be removed: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

export function uninstallCommand(): Command {
  const command = new Command("uninstall").description("take away what espalier install has written, and nothing else");
  return addPlaceOptions(command).action((options: KernelPlace) => {
    const folder = kernelFolder(options);
    const sentence = {
      removed: `Removed the kernel TypeScript (Espalier) from ${folder}.`,
      kept: `Removed the kernel TypeScript (Espalier) from ${folder}; the folder stays, because other files are in it.`,
      absent: `There is no kernel in ${folder}; nothing was done.`,
    }[uninstallKernel(folder)];
    const data = dataFolder(options);
    const extension = {
      removed: `Removed the JupyterLab extension from ${extensionFolder(data)}.`,
      absent: `There is no JupyterLab extension in ${extensionFolder(data)}.`,
    }[uninstallExtension(data)];
    process.stdout.write(`${sentence}\n${extension}\n`);
  });
}
