/** Fetches wheels with pip, which knows the user's package index, and says how far it is. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { explain, SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";

/** Bytes of the largest file below a folder: the wheel that pip is writing. */
async function largestFile(folder) {
  let largest = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const { size } = await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }));
    largest = Math.max(largest, size);
  }
  return largest;
}

/** The last line in which pip says what went wrong. */
function pipReason(text) {
  const known = explain(new Error(text));
  if (known !== text.split("\n", 1)[0].replace(/\.$/, "")) return known;
  const errors = text.split("\n").filter((line) => line.startsWith("ERROR:"));
  return (errors.at(-1) ?? known).replace(/^ERROR:\s*/, "").replace(/\.$/, "");
}

/**
 * Downloads one wheel for CPython 3.11 on this processor; pip compares it with the index's hash. A wheel that is already
 * in `folder` is not fetched again: files get their names only when they are complete.
 *
 * @param {{python: string, requirement: string, platforms: readonly string[], folder: string, onBytes: (bytes: number) => void}} request
 * @returns {Promise<string>} the wheel's path
 */
export async function fetchWheel({ python, requirement, platforms, folder, onBytes }) {
  const kept = join(folder, requirement.replace(/[^\w.-]+/g, "_"));
  const [present] = await readdir(kept).catch(() => []);
  if (present !== undefined) return join(kept, present);
  const temporary = join(folder, "tmp");
  await rm(temporary, { recursive: true, force: true });
  const done = join(temporary, "done");
  await mkdir(done, { recursive: true });
  const options = [
    "--no-deps",
    "--only-binary=:all:",
    "--implementation",
    "cp",
    "--python-version",
    "3.11",
    "--abi",
    "cp311",
  ];
  for (const platform of platforms) options.push("--platform", platform);
  const quiet = [
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar",
    "off",
    "--retries",
    "2",
  ];
  const poll = setInterval(async () => onBytes(await largestFile(temporary)), 500);
  try {
    const command = ["-m", "pip", "download", ...options, ...quiet, "-d", done, requirement];
    const env = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    const { code, output, errors } = await run(python, command, { env });
    if (code !== 0) throw new SetupFailure(`pip could not fetch ${requirement}: ${pipReason(errors || output)}`);
  } finally {
    clearInterval(poll);
  }
  await rename(done, kept);
  await rm(temporary, { recursive: true, force: true });
  const [wheel] = await readdir(kept);
  return join(kept, wheel);
}
