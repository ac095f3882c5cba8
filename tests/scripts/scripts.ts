/** What the tests of scripts/ share: loading a script, folders that vanish, children. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout, from dist/tests/scripts. */
const ROOT = new URL("../../../", import.meta.url);

/** Address of a file below scripts/setup. */
export function scriptUrl(name: string): string {
  return new URL(`scripts/setup/${name}`, ROOT).href;
}

/** Imports a script; the caller states what it takes from it, since scripts have no types. */
export async function loadScript<T>(name: string): Promise<T> {
  return (await import(scriptUrl(name))) as T;
}

/** Runs `work` with a new folder and removes the folder. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "espalier-test-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface ChildResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program text as a module in a child process. */
export function runModule(program: string, env: Record<string, string | undefined> = {}): Promise<ChildResult> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    cwd: fileURLToPath(ROOT),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

/** The error that a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("It should have failed and did not.");
}
