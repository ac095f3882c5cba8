/** The project's own Jupyter for tests, which drives the kernel from outside as users do. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChildResult, loadScript } from "../../scripts/scripts.js";

/** The checkout, from dist/tests/kernel/jupyter. */
export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** Lets Python warnings of libraries, and coloured text, not stand between a test and what it reads. */
const QUIET = { PYTHONWARNINGS: "ignore", NO_COLOR: "1" };

export interface Jupyter {
  /** A folder of this test, which vanishes with `dispose`. */
  readonly folder: string;
  /** Runs Python in that folder: `-m module …`, or a file and its arguments. */
  python(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ChildResult>;
  /** Writes a notebook of code cells into the folder. @returns its path. */
  notebook(name: string, cells: readonly (string | { source: string; tags: string[] })[]): string;
  dispose(): void;
}

interface SetupModule {
  provideJupyter(profile: "test"): Promise<{ python: string }>;
}
interface EnvironmentModule {
  jupyterEnvironment(root: string, cache: string): Record<string, string>;
}

/** What is missing on a machine where these tests cannot run. */
const MISSING = /needs Python|^Python .* lacks|network cannot be reached/;

/**
 * Installs the environment where it is not there yet, and skips the tests where Python or the package index is missing.
 *
 * @param test the hook that asks.
 */
export async function startJupyter(test: Mocha.Context): Promise<Jupyter> {
  test.timeout(600_000);
  const { provideJupyter } = await loadScript<SetupModule>("jupyter.mjs");
  const { jupyterEnvironment } = await loadScript<EnvironmentModule>("../start/environment.mjs");
  const python = await provideJupyter("test").then(
    (found) => found.python,
    (error: Error) => {
      if (error.name !== "SetupFailure" || !MISSING.test(error.message)) throw error;
      console.warn(`Tests with Jupyter are skipped: ${error.message}`);
      test.skip();
    },
  );
  const folder = mkdtempSync(join(tmpdir(), "espalier-jupyter-"));
  const env = {
    ...process.env,
    ...QUIET,
    ...jupyterEnvironment(ROOT, folder),
    ESPALIER_HISTORY: join(folder, "history"),
  };
  return {
    folder,
    python: (args, more = {}) => execute(python!, args, folder, { ...env, ...more }),
    notebook(name, cells) {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(notebookOf(cells)));
      return path;
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A file beside this one's source. */
export function pythonFile(name: string): string {
  return join(ROOT, "tests", "kernel", "jupyter", name);
}

function notebookOf(cells: readonly (string | { source: string; tags: string[] })[]): object {
  return {
    cells: cells.map((cell, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      execution_count: null,
      metadata: typeof cell === "string" ? {} : { tags: cell.tags },
      outputs: [],
      source: typeof cell === "string" ? cell : cell.source,
    })),
    metadata: {
      kernelspec: { name: "espalier", display_name: "TypeScript (Espalier)", language: "typescript" },
      language_info: { name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

function execute(
  python: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
): Promise<ChildResult> {
  const child = spawn(python, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

/** The output cells of an executed notebook, by cell. */
export interface ExecutedNotebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly id: string;
    readonly source: string | string[];
    readonly outputs?: readonly {
      readonly output_type: string;
      readonly ename?: string;
      readonly data?: Record<string, unknown>;
      readonly text?: string | string[];
    }[];
  }[];
}
