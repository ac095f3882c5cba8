/**
 * One set-up at a time: a file that names its owner. The lock of a process that is gone is taken over.
 *
 * The owner renews the file's time, so that a lock from another machine on a shared disk can be told from a dead one.
 */
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

const RENEW_MS = 10_000;
const DEAD_MS = 10 * 60_000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The owner of a lock file: null when the file is gone, `{}` when it is half-written or may not be read. */
function readOwner(file) {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
    return { text, ...JSON.parse(text) };
  } catch (error) {
    return error.code === "ENOENT" ? null : { text };
  }
}

/** Whether the owner is gone: its process has ended on this machine, or nobody has renewed the file for ten minutes. */
function isStale(file, owner) {
  let age;
  try {
    age = Date.now() - statSync(file).mtimeMs;
  } catch {
    return false;
  }
  if (age > DEAD_MS) return true;
  if (owner.pid === undefined) return age > 2000;
  return owner.host === hostname() && !isAlive(owner.pid);
}

function tryTake(file, text) {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes exactly the stale lock that was read: a lock that another process took meanwhile is put back. */
function removeStale(file, owner) {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, "utf8") !== owner.text) linkSync(aside, file);
  } catch {
    // Somebody else removed it first.
  }
  rmSync(aside, { force: true });
}

/**
 * Runs `work` while holding the lock. Waits while a living process holds it.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{onWait?: (pid: number | undefined) => void, pollMs?: number}} [options] onWait: called once when there is somebody to wait for.
 * @returns {Promise<T>}
 */
export async function withLock(file, work, { onWait = () => {}, pollMs = 250 } = {}) {
  const text = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
  let told = false;
  while (!tryTake(file, text)) {
    const owner = readOwner(file);
    if (owner === null) continue;
    if (isStale(file, owner)) {
      removeStale(file, owner);
      continue;
    }
    if (!told) onWait(owner.pid);
    told = true;
    await pause(pollMs);
  }
  const release = () => {
    if (readOwner(file)?.text === text) rmSync(file, { force: true });
  };
  const renewal = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // The file is gone; the next set-up is free to start.
    }
  }, RENEW_MS);
  renewal.unref();
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    process.removeListener("exit", release);
    release();
  }
}
