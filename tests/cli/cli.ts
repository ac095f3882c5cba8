/** Running the command line, in this process for its sentences and in another for everything else. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/program.js";

export const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs the program in this process. */
export async function inProcess(...args: string[]): Promise<CliResult> {
  const { stdout, stderr } = process;
  const [writeOut, writeErr] = [stdout.write, stderr.write];
  const texts = { output: "", errors: "" };
  const into = (key: keyof typeof texts) =>
    ((text: string | Uint8Array) => {
      texts[key] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    }) as typeof stdout.write;
  process.exitCode = undefined;
  stdout.write = into("output");
  stderr.write = into("errors");
  try {
    await run(args);
    return { code: Number(process.exitCode ?? 0), ...texts };
  } finally {
    stdout.write = writeOut;
    stderr.write = writeErr;
    process.exitCode = undefined;
  }
}

/** A child that runs the program; `onErrors` sees stderr as it grows, and the child. */
export function inChild(
  args: readonly string[],
  options: { cwd: string; shell?: string; onErrors?: (text: string, kill: (signal: NodeJS.Signals) => void) => void },
): Promise<CliResult> {
  const [program, ...before] =
    options.shell === undefined ? [process.execPath] : ["sh", "-c", options.shell, process.execPath];
  const child = spawn(program, [...before, MAIN, ...args], { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
    options.onErrors?.(errors, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}
