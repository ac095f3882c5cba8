/** JupyterLab and Notebook 7 with the checkout's kernel and extension, in a browser. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { loadScript } from "../scripts/scripts.js";
import { installAnywidget } from "./anywidget.js";
import { launchBrowser } from "./chromium.js";
import { NotebookPage, STEP_MS } from "./notebookPage.js";

export { NotebookPage } from "./notebookPage.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** What is missing on a machine where these tests cannot run. */
const MISSING = /needs Python|^Python .* lacks|network cannot be reached/;
const START_MS = 90_000;
const TOKEN = "espalier-tests";

interface SetupModule {
  provideJupyter(profile: "lab"): Promise<{ python: string }>;
}
interface EnvironmentModule {
  jupyterEnvironment(root: string, cache: string): Record<string, string>;
}

/** What is there beside the extension: nothing, or ipywidgets' manager and anywidget. */
export type LabVariant = "plain" | "anywidget";

const serving = new Map<LabVariant, Promise<LabServer>>();

/**
 * The server of this process's tests, which answers for JupyterLab and for Notebook 7. Skips the tests where Python or the
 * package index is missing.
 *
 * @param test the hook that asks.
 */
export async function startLab(test: Mocha.Context, variant: LabVariant = "plain"): Promise<LabServer> {
  test.timeout(600_000);
  const server = serving.get(variant) ?? LabServer.start(variant);
  serving.set(variant, server);
  return server.catch((error: Error) => {
    if (error.name !== "SetupFailure" || !MISSING.test(error.message)) throw error;
    console.warn(`Tests in JupyterLab are skipped: ${error.message}`);
    test.skip();
    throw error;
  });
}

// Benches start a server of their own, and have no hooks.
if (typeof after === "function")
  after(async () => {
    for (const server of serving.values()) await (await server.catch(() => undefined))?.stop();
  });

export class LabServer {
  /** What the server shows; notebooks are written here. */
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #address: string;
  readonly #log: string[];

  private constructor(folder: string, process: ChildProcess, address: string, log: string[]) {
    this.folder = folder;
    this.#process = process;
    this.#address = address;
    this.#log = log;
  }

  static async start(variant: LabVariant): Promise<LabServer> {
    const { provideJupyter } = await loadScript<SetupModule>("jupyter.mjs");
    const { jupyterEnvironment } = await loadScript<EnvironmentModule>("../start/environment.mjs");
    const { python } = await provideJupyter("lab");
    const home = mkdtempSync(join(tmpdir(), "espalier-lab-"));
    const folder = join(home, "notebooks");
    mkdirSync(folder);
    const own = jupyterEnvironment(ROOT, join(home, "cache"));
    if (variant === "anywidget")
      own["JUPYTER_PATH"] += delimiter + (await installAnywidget(python, join(home, "anywidget")));
    const settings = join(own["JUPYTER_CONFIG_DIR"]!, "labconfig");
    mkdirSync(settings, { recursive: true });
    const quiet = { "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false } };
    writeFileSync(join(settings, "default_setting_overrides.json"), JSON.stringify(quiet));
    const port = await freePort();
    const options = [
      "--no-browser",
      "--allow-root",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${folder}`,
      "--MultiKernelManager.default_kernel_name=espalier",
      // What `ready` asks: the page shows its application to scripts.
      "--LabApp.expose_app_in_browser=True",
      "--JupyterNotebookApp.expose_app_in_browser=True",
    ];
    const log: string[] = [];
    const child = spawn(python, ["-m", "jupyterlab", ...options], {
      cwd: folder,
      env: { ...process.env, ...own, ESPALIER_HISTORY: join(home, "history"), PYTHONWARNINGS: "ignore" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => log.push(text));
    const server = new LabServer(folder, child, `http://127.0.0.1:${port}`, log);
    await server.#answering();
    return server;
  }

  /** Writes a notebook of code cells. @param outputs of cells that have some, by place. */
  writeNotebook(
    name: string,
    cells: readonly string[],
    outputs: Readonly<Record<number, readonly object[]>> = {},
  ): void {
    const notebook = {
      cells: cells.map((source, i) => ({
        cell_type: "code",
        id: `cell-${i}`,
        execution_count: null,
        metadata: {},
        outputs: outputs[i] ?? [],
        source,
      })),
      metadata: {
        kernelspec: { name: "espalier", display_name: "TypeScript (Espalier)", language: "typescript" },
        language_info: { name: "typescript" },
      },
      nbformat: 4,
      nbformat_minor: 5,
    };
    writeFileSync(join(this.folder, name), JSON.stringify(notebook));
  }

  /** A notebook as it was saved. */
  readNotebook(name: string): { cells: { source: string; outputs: { data?: Record<string, unknown> }[] }[] } {
    return JSON.parse(readFileSync(join(this.folder, name), "utf8"));
  }

  /**
   * Opens a notebook in a new window and waits until its kernel is idle. To be closed.
   *
   * @param app "lab" shows one document alone, "notebook" is Notebook 7.
   * @param prepare gets the window before anything is loaded.
   */
  async open(
    name: string,
    {
      app = "lab",
      prepare,
      ...context
    }: { app?: "lab" | "notebook"; prepare?: (page: Page) => Promise<void> } & BrowserContextOptions = {},
  ): Promise<NotebookPage> {
    const browser = await launchBrowser();
    const window = await browser.newContext({ viewport: { width: 1200, height: 1400 }, ...context });
    const page = await window.newPage();
    page.setDefaultTimeout(STEP_MS);
    await prepare?.(page);
    const notebook = new NotebookPage(page);
    const path = app === "lab" ? "doc/tree" : "notebooks";
    await page.goto(`${this.#address}/${path}/${name}?token=${TOKEN}`);
    await notebook.ready();
    return notebook;
  }

  /** Restarts the kernel of a notebook, as another page does. */
  async restartKernel(name: string): Promise<void> {
    const ask = async (path: string, method: string): Promise<unknown> => {
      const reply = await fetch(`${this.#address}/api/${path}?token=${TOKEN}`, { method });
      if (!reply.ok) throw new Error(`${method} /api/${path}: ${reply.status} ${await reply.text()}`);
      return reply.json();
    };
    const sessions = (await ask("sessions", "GET")) as { path: string; kernel: { id: string } }[];
    const ids = sessions.filter(({ path }) => path === name).map(({ kernel }) => kernel.id);
    if (ids.length !== 1) throw new Error(`${name} has ${ids.length} kernels; one is wanted.`);
    await ask(`kernels/${ids[0]}/restart`, "POST");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      const late = setTimeout(() => this.#process.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(join(this.folder, ".."), { recursive: true, force: true, maxRetries: 5 });
  }

  async #answering(): Promise<void> {
    const end = Date.now() + START_MS;
    while (Date.now() < end) {
      if (this.#process.exitCode !== null) break;
      const reply = await fetch(`${this.#address}/api/status?token=${TOKEN}`).catch(() => null);
      if (reply?.ok === true) return;
      await pause(200);
    }
    throw new Error(`JupyterLab does not answer:\n${this.#log.join("").slice(-2_000)}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
