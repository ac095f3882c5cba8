/** What a cell is told when its import fails. */
import { pathToFileURL } from "node:url";
import { KernelError } from "../errors.js";

/**
 * The error to throw in the cell.
 *
 * @param error what Node's import failed with.
 * @param name what the cell imports.
 * @param importer the file that stands for the notebook.
 * @returns KernelError where the name cannot be found or a local module's text is wrong; otherwise the error itself.
 */
export function importFailure(error: unknown, name: string, importer: string): unknown {
  if (!(error instanceof Error)) return error;
  // Errors of the loader's thread come as copies, which are of no class.
  if (error.name === "KernelError" && !(error instanceof KernelError)) return new KernelError(error.message);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_MODULE_NOT_FOUND") return error;
  const isFile = /^(?:\.{1,2}(?:\/|$)|\/|file:)/.test(name);
  const isOwn = message.includes(`imported from ${importer}`) || message.includes(pathToFileURL(importer).href);
  if (!isOwn) return error;
  if (isFile) return new KernelError(`There is no module ${name}; look at the path in its import.`, { cause: error });
  const [, scoped = name] = /^((?:@[^/]+\/)?[^/]+)/.exec(name) ?? [];
  return new KernelError(
    `There is no package ${scoped} in the notebook's folder or above it; run \`npm install ${scoped}\` there and import it again.`,
    { cause: error },
  );
}
