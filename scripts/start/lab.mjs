/** JupyterLab on the checkout's kernel: on this machine only, with settings of its own. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../setup/processes.mjs";

/** No news and no look for updates: the version is pinned. */
const OVERRIDES = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/** Defaults, so in a file: the command line, which is the user's, wins. Ports: 8888 and those after it. Root: in containers. */
const CONFIGURATION = {
  Application: { log_level: "WARN" },
  ServerApp: { ip: "127.0.0.1", port: 8888, port_retries: 50, answer_yes: true, allow_root: true },
  MultiKernelManager: { default_kernel_name: "espalier" },
};

/**
 * Runs JupyterLab until it is ended; Ctrl-C ends it without a question.
 *
 * @param {{python: string, folder: string, notebook: string, env: Record<string, string>, args: readonly string[]}} job
 *   folder: what JupyterLab shows; notebook: opened at first; args: the user's own.
 * @returns {Promise<number>} the exit code.
 */
export async function runLab({ python, folder, notebook, env, args }) {
  const configuration = env.JUPYTER_CONFIG_DIR;
  await mkdir(join(configuration, "labconfig"), { recursive: true });
  await writeFile(join(configuration, "labconfig", "default_setting_overrides.json"), JSON.stringify(OVERRIDES));
  await writeFile(join(configuration, "jupyter_server_config.json"), JSON.stringify(CONFIGURATION));
  console.log("JupyterLab: starting; Ctrl-C here ends it. Its address:");
  const address = `--LabApp.default_url=/lab/tree/${encodeURIComponent(notebook)}`;
  const command = ["-m", "jupyterlab", `--ServerApp.root_dir=${folder}`, address, ...args];
  const { code } = await run(python, command, { cwd: folder, env, show: true });
  return code;
}
