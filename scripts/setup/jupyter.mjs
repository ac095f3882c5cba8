/** Jupyter in a virtual environment of the project's own, so that no Jupyter of the user's is needed or touched. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, makeCache, requireSpace } from "./cache.mjs";
import { explain, SetupFailure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { run } from "./processes.mjs";
import { findPython } from "./python.mjs";

/** What is asked for, and what has all of that too. `bytes`: on the disk while it is made. */
const PROFILES = {
  test: { files: ["jupyter-test.txt"], within: ["lab"], bytes: 200e6, what: "Jupyter for the tests" },
  lab: { files: ["jupyter-lab.txt", "jupyter-test.txt"], within: [], bytes: 600e6, what: "JupyterLab" },
};

/** Between two lines about the packages. */
const TELL_MS = 3000;

const requirements = (name) => new URL(name, import.meta.url);

/**
 * The folder of an environment: its name changes with the pinned versions and with the interpreter that the user names.
 *
 * @param {"test" | "lab"} profile
 */
export function environmentFolder(profile, cache = cacheDirectory(), env = process.env) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${env.ESPALIER_PYTHON ?? ""}\n`);
  for (const file of PROFILES[profile].files)
    hash.update(readFileSync(requirements(file), "utf8").replaceAll("\r", ""));
  return join(cache, "jupyter", `${profile}-${hash.digest("hex").slice(0, 12)}`);
}

/** Written last: an environment without it was interrupted. */
const marker = (folder) => join(folder, "espalier-complete.json");

function pythonIn(folder) {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

/** Whether the environment is complete and the Python that it was made with, to which it links, is still there. */
function isComplete(folder) {
  return existsSync(marker(folder)) && existsSync(pythonIn(folder));
}

/** What pip's lines say of its progress; empty for a line that says nothing new. */
function packageIn(line) {
  const match = /^(Collecting|Downloading|Installing collected packages)(?: ([\w.-]+))?/.exec(line.trim());
  if (match === null) return "";
  return match[1] === "Installing collected packages" ? "writing the packages" : `fetching ${match[2] ?? ""}`;
}

async function install(folder, profile, python) {
  const { files, what } = PROFILES[profile];
  const failed = (step, { errors, output }) => {
    const text = errors.trim() || output.trim();
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s*WARNING|^\[notice\]/.test(line));
    const known = explain(new Error(text));
    const reason = known === text.split("\n", 1)[0].replace(/\.$/, "") ? lines.slice(-2).join(" ") : known;
    return new SetupFailure(
      `${what} could not be installed (${step}): ${reason.replace(/\.$/, "")}. Run the command again once that is mended; behind a mirror, set PIP_INDEX_URL to it.`,
    );
  };
  const made = await run(python, ["-m", "venv", folder]);
  if (made.code !== 0) throw failed("making the virtual environment", made);
  let last = 0;
  const tell = (line) => {
    const text = packageIn(line);
    if (text === "" || Date.now() - last < TELL_MS) return;
    last = Date.now();
    console.log(`${what}: ${text} …`);
  };
  const options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--prefer-binary"];
  const args = ["-m", "pip", "install", ...options, "-r", fileURLToPath(requirements(files[0]))];
  const installed = await run(pythonIn(folder), args, { onLine: tell });
  if (installed.code !== 0) throw failed("pip", installed);
}

/**
 * An environment with Jupyter in the cache; made where it is not there yet. A virtual environment holds its own path, so it is
 * built in its place; one that was interrupted lacks its marker and is built again.
 *
 * @param {"test" | "lab"} profile test: what drives the kernel; lab: JupyterLab and Notebook as well.
 * @returns {Promise<{python: string, folder: string}>} python: the environment's interpreter.
 * @throws SetupFailure without Python, network or room on the disk.
 */
export async function provideJupyter(profile, cache = cacheDirectory()) {
  const folder = environmentFolder(profile, cache);
  const candidates = [folder, ...PROFILES[profile].within.map((other) => environmentFolder(other, cache))];
  const ready = candidates.find(isComplete);
  if (ready !== undefined) return { python: pythonIn(ready), folder: ready };
  const { bytes, what } = PROFILES[profile];
  const python = await findPython();
  await makeCache(join(cache, "jupyter"));
  const onWait = (pid) =>
    console.log(`Another process (${pid ?? "unknown"}) is installing Jupyter; waiting for it to end …`);
  const work = async () => {
    if (isComplete(folder)) return;
    const start = Date.now();
    await rm(folder, { recursive: true, force: true });
    await requireSpace(cache, bytes);
    console.log(`${what}: installing into ${folder} …`);
    await mkdir(folder);
    await install(folder, profile, python.command);
    await writeFile(marker(folder), JSON.stringify({ python: python.version, made: new Date().toISOString() }));
    console.log(`${what}: installed in ${Math.ceil((Date.now() - start) / 1000)} s`);
  };
  await withLock(join(cache, "jupyter", `${profile}.lock`), work, { onWait });
  return { python: pythonIn(folder), folder };
}
