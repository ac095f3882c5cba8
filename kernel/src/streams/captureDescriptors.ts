/**
 * What child processes and native code print: it goes to the file descriptors 1 and 2 and passes by everything that
 * JavaScript can replace. So these two become the write ends of named pipes, because Node has no other pipes and cannot
 * duplicate descriptors: the lowest free number is what a file that is opened gets.
 */
import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MKFIFO_MS = 5000;

export interface CapturedDescriptors {
  /** Descriptors to read from what is printed to 1 and 2; for a `DescriptorReader`, in any thread of this process. */
  readonly stdout: number;
  readonly stderr: number;
  /** Where 1 and 2 led before, for a last word; absent where it cannot be opened again, as with sockets. */
  readonly originals: { readonly stdout?: number; readonly stderr?: number };
}

/**
 * Redirects the descriptors 1 and 2 of this process for good. Undefined: it cannot be done here (no `mkfifo`, as on Windows),
 * and nothing was changed.
 *
 * Call it once, before other threads open files. From then on something must read, or who prints much is blocked; not in the
 * thread that prints. Node's own `process.stdout` and `process.stderr` must be replaced before anything uses them, which
 * starting a thread without `stdout: true` does: they make a pipe non-blocking, and then `fs.writeSync(1, …)` fails when it is
 * full. Programs that native code starts by itself print nowhere, because Node opens every file so that it ends with `exec`;
 * those that Node starts print here.
 */
export function captureDescriptors(): CapturedDescriptors | undefined {
  if (process.platform === "win32") return undefined;
  let folder: string | undefined;
  try {
    // Only the owner can enter it.
    folder = mkdtempSync(join(tmpdir(), "kernel-"));
    const pipes = [join(folder, "stdout"), join(folder, "stderr")] as const;
    const made = spawnSync("mkfifo", ["-m", "600", ...pipes], { stdio: "ignore", timeout: MKFIFO_MS });
    return made.status === 0 ? redirect(pipes) : undefined;
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function redirect([forStdout, forStderr]: readonly [string, string]): CapturedDescriptors {
  // Who opens a pipe for reading need not wait for a writer so, and who opens it for writing then finds a reader.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const stdout = openSync(forStdout, flags);
  const stderr = openSync(forStderr, flags);
  const originals = { ...reopen("stdout", 1), ...reopen("stderr", 2) };
  closeSync(1);
  openSync(forStdout, constants.O_WRONLY);
  closeSync(2);
  openSync(forStderr, constants.O_WRONLY);
  return { stdout, stderr, originals };
}

function reopen(name: "stdout" | "stderr", descriptor: number): Partial<CapturedDescriptors["originals"]> {
  try {
    // Appending, because a file that is opened again begins at its beginning.
    return { [name]: openSync(`/dev/fd/${descriptor}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY) };
  } catch {
    return {};
  }
}
