/** What a user puts in the place of what ships: variables that name checkpoints and files. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";

/** Each holds a path, or several with commas. */
const VARIABLES = {
  ESPALIER_MODEL: "a directory in Hugging Face's layout",
  ESPALIER_DATA: "a TSV in VLMEvalKit's layout or a Parquet file of the hub, or several with commas",
  ESPALIER_OTHER_MODEL: "a directory in Hugging Face's layout, or several with commas",
};

/**
 * The variables that a notebook reads, with whole paths: it does not run in the folder that they are relative to.
 *
 * @param {string} notebook its text.
 * @param {Record<string, string | undefined>} env
 * @param {string} folder what paths are relative to; default where the user called npm.
 * @returns {Record<string, string>} without those that are not set.
 * @throws SetupFailure for a path at which there is nothing.
 */
export function ownPaths(notebook, env = process.env, folder = env.INIT_CWD ?? process.cwd()) {
  const found = {};
  for (const [variable, wanted] of Object.entries(VARIABLES)) {
    const named = (env[variable] ?? "").split(",").filter((path) => path.trim() !== "");
    if (named.length === 0 || !notebook.includes(variable)) continue;
    const paths = named.map((path) => resolve(folder, path.trim()));
    const missing = paths.find((path) => !existsSync(path));
    if (missing !== undefined)
      throw new SetupFailure(`${variable} names ${missing}, where there is nothing; give ${wanted}, or unset it.`);
    found[variable] = paths.join(",");
  }
  return found;
}
