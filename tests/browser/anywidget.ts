/** ipywidgets' manager and anywidget for JupyterLab, from PyPI. */
import { loadScript } from "../scripts/scripts.js";

/** Only what JupyterLab serves is used of them, so nothing that they need is installed. */
const PACKAGES = ["anywidget==0.11.0", "jupyterlab_widgets==3.0.17"];

interface Failure {
  explain(error: Error): string;
  readonly SetupFailure: new (message: string) => Error;
}
interface Processes {
  run(command: string, args: readonly string[]): Promise<{ code: number; output: string; errors: string }>;
}

/**
 * @param python of an environment with pip. @param folder is made.
 * @returns the folder for `JUPYTER_PATH`. Rejects with a SetupFailure, as where the network cannot be reached.
 */
export async function installAnywidget(python: string, folder: string): Promise<string> {
  const { explain, SetupFailure } = await loadScript<Failure>("failure.mjs");
  const { run } = await loadScript<Processes>("processes.mjs");
  const options = ["--no-deps", "--no-compile", "--disable-pip-version-check", "--no-input", "--quiet"];
  const { code, output, errors } = await run(python, [
    "-m",
    "pip",
    "install",
    ...options,
    "--target",
    folder,
    ...PACKAGES,
  ]);
  if (code !== 0) throw new SetupFailure(explain(new Error(errors + output)));
  return `${folder}/share/jupyter`;
}
