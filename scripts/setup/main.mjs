/** The whole set-up: each step looks whether it is done, and does it when not. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { provideBuild } from "./build.mjs";
import { cacheDirectory, makeCache } from "./cache.mjs";
import { explain, SetupFailure } from "./failure.mjs";
import { provideLabextension } from "./labextension.mjs";
import { withLock } from "./lock.mjs";
import { provideNative } from "./native.mjs";
import { providePackages } from "./packages.mjs";
import { passSignalsOn } from "./processes.mjs";
import { findPython } from "./python.mjs";

/** The folder of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packages, native library, compiled sources, the JupyterLab extension.
 *
 * @param {{variant?: "auto" | "cpu" | "cuda", retry?: boolean}} [options]
 * @throws SetupFailure
 */
export async function setUp({ variant = "auto", retry = false } = {}) {
  const python = await findPython();
  const cache = cacheDirectory();
  await makeCache(cache);
  const onWait = (pid) =>
    console.log(`Another set-up is at work (process ${pid ?? "unknown"}); waiting for it to end …`);
  await withLock(
    join(cache, "setup.lock"),
    async () => {
      await providePackages(ROOT);
      await provideNative({ root: ROOT, cache, python: python.command, variant, retry });
      await provideBuild(ROOT);
      await provideLabextension(ROOT);
    },
    { onWait },
  );
}

/** Splits off the arguments that are for the set-up. */
export function takeSetupArguments(args) {
  const rest = args.filter((argument) => argument !== "--gpu" && argument !== "--cpu");
  const variant = args.includes("--gpu") ? "cuda" : args.includes("--cpu") ? "cpu" : "auto";
  return { variant, rest };
}

/** Runs a program of scripts/: its failures become sentences, its result the exit code. */
export async function runProgram(work) {
  passSignalsOn();
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error instanceof SetupFailure) console.error(error.message);
    else if (error.code === "ENOSPC" || error.code === "EACCES")
      console.error(`Set-up stopped: ${explain(error)} (${error.path ?? ""}).`);
    else throw error;
    process.exitCode = 1;
  }
}
