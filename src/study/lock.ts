/**
 * One process per study: a file that names its owner by process id and start time, so that a lock whose owner is gone, or
 * whose id another process has got since, is taken over.
 */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { hostname } from "node:os";
import { fileError } from "../checkpoint/index.js";
import { EspalierError } from "../errors.js";

interface Owner {
  readonly pid: number;
  /** Start of the process in the system's own count; null where the system does not tell. */
  readonly started: string | null;
  readonly host: string;
}

/** State and start of a process, from /proc; null elsewhere, or when there is no such process. */
function statOf(pid: number): { state: string; started: string } | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold spaces; behind it, state is the 3rd and start time the 22nd field of all.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0], started: fields[19] };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  // A process that has ended and that nobody has asked about yet still has its id.
  if (statOf(pid)?.state === "Z") return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The text of a lock and its owner; an owner that cannot be read is null. Null when there is no lock. */
function readLock(file: string): { text: string; owner: Owner | null } | null {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw fileError("read", file, error);
  }
  try {
    const owner = JSON.parse(text) as Owner;
    return { text, owner: Number.isSafeInteger(owner.pid) ? owner : null };
  } catch {
    return { text, owner: null };
  }
}

/** A lock from another machine cannot be examined and counts as held. */
function isStale({ pid, started, host }: Owner): boolean {
  if (host !== hostname()) return false;
  if (!isAlive(pid)) return true;
  const now = statOf(pid)?.started;
  return started !== null && now !== undefined && started !== now;
}

/** Sets aside exactly the stale lock that was read; one that another process took meanwhile is put back. */
function removeStale(file: string, text: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
    if (fs.readFileSync(aside, "utf8") !== text) fs.linkSync(aside, file);
  } catch {
    // Somebody else removed it first.
  }
  fs.rmSync(aside, { force: true });
}

/**
 * Takes a study's lock.
 *
 * @param file the lock file, in the study's folder.
 * @param study what messages call the study.
 * @returns releases the lock; twice is harmless. The lock also goes when the process exits.
 * @throws EspalierError when another process holds it.
 */
export function takeLock(file: string, study: string): () => void {
  const owner: Owner = { pid: process.pid, started: statOf(process.pid)?.started ?? null, host: hostname() };
  const text = JSON.stringify({ ...owner, token: randomUUID() });
  const own = `${file}.${randomUUID()}`;
  try {
    // Filled first and linked then, so that nobody ever reads half a lock.
    fs.writeFileSync(own, text, { flag: "wx" });
  } catch (error) {
    throw fileError("write", file, error);
  }
  try {
    for (;;) {
      try {
        fs.linkSync(own, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError("write", file, error);
      }
      const found = readLock(file);
      if (found === null) continue;
      if (found.owner !== null && !isStale(found.owner)) throw held(study, file, found.owner);
      removeStale(file, found.text);
    }
  } finally {
    fs.rmSync(own, { force: true });
  }
  const release = () => {
    process.removeListener("exit", release);
    if (readLock(file)?.text === text) fs.rmSync(file, { force: true });
  };
  process.once("exit", release);
  return release;
}

function held(study: string, file: string, { pid, host }: Owner): EspalierError {
  const who =
    pid === process.pid && host === hostname()
      ? "this process"
      : `process ${pid}${host === hostname() ? "" : ` on ${host}`}`;
  const way =
    host === hostname()
      ? "Wait for it, stop it, or choose another name."
      : `Wait for it; if it no longer runs, delete ${file}.`;
  return new EspalierError(`The study ${study} is in use by ${who}, and only one at a time may write to it. ${way}`);
}
