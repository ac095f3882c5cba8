/** The environment in which the project's own Jupyter finds its kernel, and nothing of the user's Jupyter. */
import { delimiter, dirname, join } from "node:path";

/**
 * @param {string} root folder of the checkout.
 * @param {string} cache Espalier's cache folder.
 * @returns {Record<string, string>} to be added to the environment of a Jupyter program.
 */
export function jupyterEnvironment(root, cache, env = process.env) {
  const home = join(cache, "jupyter", "home");
  return {
    JUPYTER_PATH: join(root, "share", "jupyter"),
    JUPYTER_CONFIG_DIR: join(home, "config"),
    JUPYTER_DATA_DIR: join(home, "data"),
    JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(home, "config", "lab", "user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "config", "lab", "workspaces"),
    IPYTHONDIR: join(home, "ipython"),
    JUPYTER_PLATFORM_DIRS: "1",
    // The kernelspec of the checkout says `node`: the one that runs this.
    PATH: [dirname(process.execPath), env.PATH ?? ""].join(delimiter),
  };
}
