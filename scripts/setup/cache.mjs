/** Where Espalier keeps what outlives a checkout. */
import { mkdir, statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { explain, SetupFailure } from "./failure.mjs";
import { megabytes } from "./progress.mjs";

/**
 * The cache folder: `$ESPALIER_CACHE`, else `$XDG_CACHE_HOME/espalier`, else the platform's own place below the home.
 * A relative `XDG_CACHE_HOME` does not count, as its specification says.
 */
export function cacheDirectory(env = process.env, platform = process.platform, home = homedir()) {
  if (env.ESPALIER_CACHE) return env.ESPALIER_CACHE;
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, "espalier");
  if (platform === "darwin") return join(home, "Library", "Caches", "espalier");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "espalier", "Cache");
  return join(home, ".cache", "espalier");
}

/** Makes the folder; a sentence when that is not allowed. */
export async function makeCache(directory) {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new SetupFailure(
      `The cache folder ${directory} cannot be made: ${explain(error)}. Set ESPALIER_CACHE to a folder that you may write to.`,
    );
  }
}

/** Refuses before a download that cannot fit. */
export async function requireSpace(directory, bytes) {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new SetupFailure(
    `The disk of ${directory} has ${megabytes(free)} free and ${megabytes(bytes)} are needed; free some, or set ESPALIER_CACHE to a folder on another disk`,
  );
}
