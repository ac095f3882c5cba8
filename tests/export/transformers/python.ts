/** The Python that has torch and transformers, where there is one. */
import { execFile, spawn } from "node:child_process";

const CANDIDATES = [process.env["ESPALIER_TEST_PYTHON"], "python3"];

/** Whether a program imports what is needed: the version of transformers, or null. */
function transformersOf(program: string): Promise<string | null> {
  const code = "import torch, safetensors, transformers; print(transformers.__version__)";
  return new Promise((resolve) => {
    execFile(program, ["-c", code], { timeout: 120_000 }, (error, stdout) => resolve(error ? null : stdout.trim()));
  });
}

interface Found {
  readonly python: string | null;
  /** Why there is none. */
  readonly reason: string;
}

let finding: Promise<Found> | undefined;

/** The first Python with transformers 4.57; importing it takes a while, so the process looks once. */
export function findPython(): Promise<Found> {
  finding ??= look();
  return finding;
}

async function look(): Promise<Found> {
  const found: string[] = [];
  for (const program of CANDIDATES) {
    if (program === undefined || program === "") continue;
    const version = await transformersOf(program);
    if (version?.startsWith("4.57.")) return { python: program, reason: "" };
    found.push(
      `${program} has ${version === null ? "no torch, safetensors and transformers" : `transformers ${version}`}`,
    );
  }
  const reason = `${found.join("; ")}: install torch, safetensors and transformers 4.57, or name a Python that has them in ESPALIER_TEST_PYTHON.`;
  return { python: null, reason };
}

/** Runs a script with JSON on stdin. @returns the JSON on its stdout. */
export function askPython(program: string, args: readonly string[], request: unknown): Promise<unknown> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  // A script that ends early says on stderr why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(errors))));
  });
}
