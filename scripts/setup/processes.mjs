/** Child processes: running them, passing signals on, and ending with the code that a shell expects. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";

const running = new Set();
let endingWith = null;
let lastInterrupt = 0;

/**
 * Passes SIGINT, SIGTERM and SIGHUP on to the children, and ends with 128 + the signal's number once they are gone.
 * Ctrl-C on a terminal reaches the children without us, so that the first one is not passed on there.
 */
export function passSignalsOn() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      const code = 128 + constants.signals[signal];
      const first = endingWith === null;
      // npm passes on what the terminal has sent to everybody: the same Ctrl-C arrives twice.
      const echo = signal === "SIGINT" && Date.now() - lastInterrupt < 1000;
      lastInterrupt = Date.now();
      endingWith ??= code;
      const told = signal === "SIGINT" && (echo || (first && process.stdin.isTTY));
      if (!told) for (const child of running) child.kill(signal);
      if (running.size === 0) process.exit(endingWith);
    });
  }
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, show?: boolean, timeout?: number, shell?: boolean, onLine?: (line: string) => void}} options
 *   show: let it write to our own output (default: keep the output); timeout: milliseconds until it is killed; onLine: told
 *   each line of the output as it comes.
 * @returns {Promise<{code: number, output: string, errors: string}>} code 127 when the command does not exist; `output`
 *   and `errors` hold at most the last 64 KiB each.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const kept = { output: "", errors: "" };
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: options.show ? "inherit" : ["ignore", "pipe", "pipe"],
      shell: options.shell ?? false,
      windowsHide: true,
    });
    running.add(child);
    const limit = options.timeout === undefined ? undefined : setTimeout(() => child.kill(), options.timeout);
    const keep = (name) => (chunk) => {
      kept[name] = (kept[name] + chunk).slice(-65536);
    };
    child.stdout?.setEncoding("utf8").on("data", keep("output"));
    child.stderr?.setEncoding("utf8").on("data", keep("errors"));
    const { onLine } = options;
    if (onLine !== undefined && child.stdout !== null) createInterface({ input: child.stdout }).on("line", onLine);
    const end = (code) => {
      running.delete(child);
      clearTimeout(limit);
      if (endingWith !== null && running.size === 0) process.exit(endingWith);
      if (endingWith === null) resolve({ code, ...kept });
    };
    child.on("error", (error) => {
      kept.errors += error.message;
      end(127);
    });
    child.on("close", (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 1)));
  });
}
